// Faults that change nothing that anybody could see, each with the reason. A row that fits no longer is reported.

/** A fault by its file, the source line that it is on (trimmed) and what it puts there. */
export interface Equivalent {
  readonly file: string;
  readonly line: string;
  readonly text: string;
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];

/** Everything that a person can set on the page, and how a link carries it. */

export const SURFACES = ["chat", "responses", "messages", "completions"] as const;
export type Surface = (typeof SURFACES)[number];

export interface State {
  surface: Surface;
  path: string;
  /** One header a line: `name: value`. */
  headers: string;
  request: string;
  config: string;
  /** What the upstream says, an event stream or JSON. */
  answer: string;
  status: string;
  /** Size of the pieces: a number of bytes, `event` or `all`. */
  piece: string;
  /** Position of the speed control, 0 to 10. */
  speed: string;
}

export type Key = keyof State;

/** Whether a value read from a link is a state. */
export function isState(value: unknown, keys: readonly Key[]): value is State {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  return (
    keys.every((key) => typeof record[key] === "string") &&
    SURFACES.includes(record.surface as Surface)
  );
}

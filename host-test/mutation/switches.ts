// Many faults in one build: each is compiled beside the right code, and a number in the module says which one is in force.
// A module is therefore built once and copied with another number for each fault.

import { replacement, type Mutant } from "./operators.ts";

/** A source of the copy that holds the number. */
export const SWITCH_FILE = "plugin/fault_switch.ts";
/** The number as it is compiled: one that nothing else has. */
const COMPILED = 0x1234_5678;
export const SWITCH_TEXT = `export let FAULT: i32 = ${COMPILED};\n`;
/** What an entry of a module needs, so that the compiler does not take the number for a constant. */
export const SWITCH_EXPORT = `\nexport { FAULT } from "./fault_switch";\n`;

/** `i32.const` of the compiled number, and the end of the initial value. */
const INITIAL = [0x41, ...signedLeb(COMPILED), 0x0b];

/** A source with switches: its text, and from where to where each fault reaches in it. */
export interface Switched {
  readonly text: string;
  readonly places: readonly {
    readonly mutant: Mutant;
    readonly start: number;
    readonly end: number;
  }[];
}

/** Puts `mutants` of one source, in the order of their places and none inside another, beside the right code. */
export function withSwitches(text: string, mutants: ReadonlyMap<Mutant, number>): Switched {
  let out = "";
  let at = 0;
  const places = [];
  for (const [mutant, number] of mutants) {
    out += text.slice(at, mutant.start);
    const start = out.length;
    out += choice(mutant, text.slice(mutant.start, mutant.end), number);
    places.push({ mutant, start, end: out.length });
    at = mutant.end;
  }
  const [first] = mutants.keys();
  return {
    text: out + text.slice(at) + (first === undefined ? "" : importFor(first.file)),
    places,
  };
}

function choice(mutant: Mutant, right: string, number: number): string {
  const wrong = replacement(mutant);
  return mutant.form === "statement"
    ? `{ if (FAULT == ${number}) { ${wrong} } else { ${right} } }`
    : `(FAULT == ${number} ? ${wrong} : (${right}))`;
}

function importFor(file: string): string {
  const up = "../".repeat(file.split("/").length - 2);
  return `\nimport { FAULT } from "${up === "" ? "./" : up}fault_switch";\n`;
}

/** Those of `mutants` that can be switched, numbered from 1, by file; one inside another is not among them. */
export function numbered(mutants: readonly Mutant[]): Map<string, Map<Mutant, number>> {
  const files = new Map<string, Map<Mutant, number>>();
  const inPlace = mutants.map((mutant, index) => [mutant, index + 1] as const);
  inPlace.sort(([a], [b]) => a.start - b.start || b.end - a.end);
  const ends = new Map<string, number>();
  for (const [mutant, number] of inPlace) {
    if (mutant.form === "constant" || mutant.start < (ends.get(mutant.file) ?? 0)) continue;
    ends.set(mutant.file, mutant.end);
    const file = files.get(mutant.file) ?? new Map<Mutant, number>();
    files.set(mutant.file, file.set(mutant, number));
  }
  return files;
}

/** The module with fault `number` in force; 0: none. */
export function switchedTo(module: Uint8Array, number: number): Uint8Array {
  const bytes = Buffer.from(module);
  const at = bytes.indexOf(Buffer.from(INITIAL));
  if (at < 0) throw new Error("the module has no switch");
  // As long as it was, so that nothing moves.
  const padded = [0, 7, 14, 21].map((shift) => ((number >> shift) & 0x7f) | 0x80);
  bytes.set([...padded, 0], at + 1);
  return bytes;
}

function signedLeb(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  return rest === 0 && low < 0x40 ? [low] : [low | 0x80, ...signedLeb(rest)];
}

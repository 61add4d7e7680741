// Where each operator of a function body begins and ends, and which of them end a run of operators that are executed
// together. Source: WebAssembly core specification 3.0, section 5.4 "Instructions"; threads, exceptions and garbage collection
// are left out, because the compiler is not asked for them.

/** Opcodes that the counting of a module looks at. */
export const BULK_PREFIX = 0xfc;
const SIMD_PREFIX = 0xfd;
export const MEMORY_COPY = 10;
export const MEMORY_FILL = 11;

/** Behind these, or at their place, control may come from or go to somewhere else. */
const BREAKS = new Set([
  0x00, // unreachable
  0x03, // loop
  0x04, // if
  0x05, // else
  0x0b, // end
  0x0c, // br
  0x0d, // br_if
  0x0e, // br_table
  0x0f, // return
]);
/** They mark places and do nothing. */
const MARKS = new Set([0x02, 0x03, 0x05, 0x0b]);

/** What follows an opcode. */
type Immediates = "none" | "leb" | "leb leb" | "table" | "types" | number;

/** Opcodes of one byte, by ranges that include both ends; what is not listed is refused. */
const PLAIN: readonly [number, number, Immediates][] = [
  [0x00, 0x01, "none"],
  [0x02, 0x04, "leb"],
  [0x05, 0x05, "none"],
  [0x0b, 0x0b, "none"],
  [0x0c, 0x0d, "leb"],
  [0x0e, 0x0e, "table"],
  [0x0f, 0x0f, "none"],
  [0x10, 0x10, "leb"],
  [0x11, 0x11, "leb leb"],
  [0x1a, 0x1b, "none"],
  [0x1c, 0x1c, "types"],
  [0x20, 0x26, "leb"],
  [0x28, 0x3e, "leb leb"],
  [0x3f, 0x42, "leb"],
  [0x43, 0x43, 4],
  [0x44, 0x44, 8],
  [0x45, 0xc4, "none"],
  [0xd0, 0xd0, "leb"],
  [0xd1, 0xd1, "none"],
  [0xd2, 0xd2, "leb"],
];
/** Behind 0xFC. */
const BULK: readonly [number, number, Immediates][] = [
  [0, 7, "none"],
  [8, 8, "leb leb"],
  [9, 9, "leb"],
  [MEMORY_COPY, MEMORY_COPY, 2],
  [MEMORY_FILL, MEMORY_FILL, 1],
  [12, 12, "leb leb"],
  [13, 13, "leb"],
  [14, 14, "leb leb"],
  [15, 17, "leb"],
];
/** Behind 0xFD; loads and stores of one lane have three numbers, all short: the last one is a byte. */
const SIMD: readonly [number, number, Immediates][] = [
  [0, 11, "leb leb"],
  [12, 13, 16],
  [14, 20, "none"],
  [21, 34, 1],
  [35, 83, "none"],
  [92, 93, "leb leb"],
  [94, 275, "none"],
];
const LANE_ACCESS = { first: 84, last: 91 };

/** One operator: the place behind it, what it is, and whether a run of operators ends with it. */
export interface Operator {
  end: number;
  /** The opcode; behind a prefix the second number. */
  code: number;
  /** 0 for opcodes of one byte. */
  prefix: number;
  breaks: boolean;
  /** 0 for marks, else 1. */
  cost: number;
}

/** Reads the number at `at`, LEB128 without sign, and where it ends. */
export function readLeb(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    if (byte === undefined) throw new Error("the module is cut short");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at };
  }
}

/** Reads the operator that begins at `at`. Throws on an opcode that is not known here. */
export function readOperator(bytes: Uint8Array, at: number): Operator {
  const first = bytes[at] ?? -1;
  if (first !== BULK_PREFIX && first !== SIMD_PREFIX) {
    const end = skip(bytes, at + 1, immediatesOf(PLAIN, first));
    const cost = MARKS.has(first) ? 0 : 1;
    return { end, code: first, prefix: 0, breaks: BREAKS.has(first), cost };
  }
  const { value: code, end: behind } = readLeb(bytes, at + 1);
  const lane = first === SIMD_PREFIX && code >= LANE_ACCESS.first && code <= LANE_ACCESS.last;
  const end = lane
    ? skip(bytes, behind, "leb leb") + 1
    : skip(bytes, behind, immediatesOf(first === BULK_PREFIX ? BULK : SIMD, code));
  return { end, code, prefix: first, breaks: false, cost: 1 };
}

function immediatesOf(ranges: readonly [number, number, Immediates][], code: number): Immediates {
  const found = ranges.find(([from, to]) => code >= from && code <= to);
  if (found === undefined) throw new Error(`opcode ${code} is not known`);
  return found[2];
}

function skip(bytes: Uint8Array, at: number, immediates: Immediates): number {
  if (typeof immediates === "number") return at + immediates;
  if (immediates === "none") return at;
  if (immediates === "leb") return readLeb(bytes, at).end;
  if (immediates === "leb leb") return readLeb(bytes, readLeb(bytes, at).end).end;
  const { value: count, end } = readLeb(bytes, at);
  let next = end;
  for (let left = count + (immediates === "table" ? 1 : 0); left > 0; left--) {
    next = readLeb(bytes, next).end;
  }
  return next;
}

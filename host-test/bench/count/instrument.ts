// Makes a module count what it executes: a number that is the same on every machine and in every run, so that a test can say
// that a change has made something dearer. Each run of operators adds its length at its beginning; copying and filling of
// memory add one for every 16 bytes, which is what an operator of ours can move at most.

import { BULK_PREFIX, MEMORY_COPY, MEMORY_FILL, readLeb, readOperator } from "./operators.ts";

/** The export that tells the count; the host model asks for it by `host.ask`. */
export const COUNT_EXPORT = "counted_operators";

const HEADER_BYTES = 8;
const I32 = 0x7f;
const I64 = 0x7e;
const FUNCTION = 0x60;
const END = 0x0b;
const BYTES_PER_OPERATOR_LOG2 = 4;
const [TYPES, IMPORTS, FUNCTIONS, GLOBALS, EXPORTS, CODE] = [1, 2, 3, 6, 7, 10];

interface Section {
  id: number;
  /** without the head */
  body: Uint8Array;
}

/** What function bodies need to know of the module. */
interface Places {
  /** index of the first counter among the globals */
  counter: number;
  /** parameters of each function of the module's own */
  params: number[];
  /** whether each function has its own counter */
  forEach: boolean;
}

/** The export that tells the count of the module's own function `index`, where each has a counter. */
export const countExportOf = (index: number): string => `${COUNT_EXPORT}_${index}`;

/**
 * Returns the same module with a counter, or with one for each of its functions. Throws on what the compiler of this project
 * does not write.
 */
export function counting(module: Uint8Array, forEach = false): Uint8Array {
  const sections = sectionsOf(module);
  const body = (id: number): Uint8Array => {
    const found = sections.find((section) => section.id === id);
    if (found === undefined) throw new Error(`the module has no section ${id}`);
    return found.body;
  };
  const types = paramCounts(body(TYPES));
  const imported = importedFunctions(body(IMPORTS));
  const own = numbers(body(FUNCTIONS));
  const places: Places = {
    counter: readLeb(body(GLOBALS), 0).value,
    params: own.map((type) => types[type] ?? 0),
    forEach,
  };
  const names = forEach ? own.map((_, index) => countExportOf(index)) : [COUNT_EXPORT];
  const exported = names.map((name, index) => exportOf(name, imported + own.length + index));
  const perCounter = (entry: number[]): number[][] => names.map(() => entry);
  const added = new Map<number, Uint8Array>([
    [TYPES, longer(body(TYPES), [[FUNCTION, 0, 1, I64]])],
    [FUNCTIONS, longer(body(FUNCTIONS), perCounter(leb(types.length)))],
    [GLOBALS, longer(body(GLOBALS), perCounter([I64, 1, 0x42, 0, END]))],
    [EXPORTS, longer(body(EXPORTS), exported)],
    [CODE, codeSection(body(CODE), places)],
  ]);
  const parts = sections.map(({ id, body: old }) => {
    const made = added.get(id) ?? old;
    return Buffer.concat([Uint8Array.from([id, ...leb(made.length)]), made]);
  });
  return new Uint8Array(Buffer.concat([module.subarray(0, HEADER_BYTES), ...parts]));
}

function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER_BYTES; at < module.length;) {
    const { value: size, end } = readLeb(module, at + 1);
    sections.push({ id: module[at] as number, body: module.subarray(end, end + size) });
    at = end + size;
  }
  return sections;
}

/** A vector with more entries behind its last one. */
function longer(vector: Uint8Array, entries: number[][]): Uint8Array {
  const { value: count, end } = readLeb(vector, 0);
  const head = Uint8Array.from(leb(count + entries.length));
  return Buffer.concat([head, vector.subarray(end), Uint8Array.from(entries.flat())]);
}

function exportOf(name: string, index: number): number[] {
  const bytes = Buffer.from(name);
  return [...leb(bytes.length), ...bytes, 0, ...leb(index)];
}

function paramCounts(section: Uint8Array): number[] {
  const counts: number[] = [];
  const { value: count, end } = readLeb(section, 0);
  for (let at = end; counts.length < count;) {
    const params = readLeb(section, at + 1);
    const results = readLeb(section, params.end + params.value);
    counts.push(params.value);
    at = results.end + results.value;
  }
  return counts;
}

function importedFunctions(section: Uint8Array): number {
  const { value: count, end } = readLeb(section, 0);
  let at = end;
  for (let left = count; left > 0; left--) {
    for (let names = 2; names > 0; names--) {
      const length = readLeb(section, at);
      at = length.end + length.value;
    }
    if (section[at] !== 0) throw new Error("the module imports more than functions");
    at = readLeb(section, at + 1).end;
  }
  return count;
}

function numbers(section: Uint8Array): number[] {
  const { value: count, end } = readLeb(section, 0);
  const found: number[] = [];
  for (let at = end; found.length < count;) {
    const { value, end: next } = readLeb(section, at);
    found.push(value);
    at = next;
  }
  return found;
}

function codeSection(section: Uint8Array, { counter, params, forEach }: Places): Uint8Array {
  const { value: count, end } = readLeb(section, 0);
  const counters = forEach ? count : 1;
  const out: Uint8Array[] = [Uint8Array.from(leb(count + counters))];
  let at = end;
  for (let index = 0; index < count; index++) {
    const { value: size, end: start } = readLeb(section, at);
    at = start + size;
    const own = counter + (forEach ? index : 0);
    const body = countingBody(section.subarray(start, at), params[index] ?? 0, own);
    out.push(Uint8Array.from(leb(body.length)), body);
  }
  for (let index = 0; index < counters; index++) {
    const reader = [0, 0x23, ...leb(counter + index), END];
    out.push(Uint8Array.from([...leb(reader.length), ...reader]));
  }
  return Buffer.concat(out);
}

function countingBody(body: Uint8Array, params: number, counter: number): Uint8Array {
  const { groups, locals, end } = readLocals(body);
  const more = [...leb(groups + 1)];
  const spare = leb(params + locals);
  const out: Uint8Array[] = [
    Uint8Array.from(more),
    body.subarray(readLeb(body, 0).end, end),
    Uint8Array.from([1, I32]),
  ];
  let run: Uint8Array[] = [];
  let cost = 0;
  for (let at = end; at < body.length;) {
    const { end: next, code, prefix, breaks, cost: own } = readOperator(body, at);
    if (prefix === BULK_PREFIX && (code === MEMORY_COPY || code === MEMORY_FILL)) {
      run.push(Uint8Array.from(bulkCost(spare, counter)));
    }
    run.push(body.subarray(at, next));
    cost += own;
    at = next;
    if (!breaks) continue;
    if (cost > 0)
      out.push(Uint8Array.from([0x23, ...leb(counter), 0x42, ...signed(cost), ...addTo(counter)]));
    out.push(...run);
    run = [];
    cost = 0;
  }
  return Buffer.concat(out);
}

function readLocals(body: Uint8Array): { groups: number; locals: number; end: number } {
  const { value: groups, end } = readLeb(body, 0);
  let at = end;
  let locals = 0;
  for (let left = groups; left > 0; left--) {
    const { value, end: behind } = readLeb(body, at);
    locals += value;
    at = behind + 1;
  }
  return { groups, locals, end: at };
}

/** Adds the sixteenth part of the length on top of the stack, which stays there. */
function bulkCost(spare: number[], counter: number): number[] {
  const keep = [0x22, ...spare, 0x23, ...leb(counter), 0x20, ...spare];
  return [...keep, 0x41, BYTES_PER_OPERATOR_LOG2, 0x76, 0xad, ...addTo(counter)];
}

/** i64.add, global.set */
function addTo(counter: number): number[] {
  return [0x7c, 0x24, ...leb(counter)];
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

/** LEB128 with sign, of a number that is not negative. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}

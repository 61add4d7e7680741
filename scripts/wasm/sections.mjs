/**
 * Reads the sections of a WebAssembly binary that the artefact check is about. The JavaScript API tells names and
 * kinds of imports and exports, but not their types, the memory's limits or whether there is a start section.
 * Source: WebAssembly Core Specification 2.0, section 5 "Binary Format". Knows nothing of our ABI.
 */

/**
 * @typedef {object} WasmModule
 * @property {{ module: string, name: string, type: string }[]} imports
 * @property {{ name: string, type: string }[]} exports functions by signature, others by kind (`memory`, `global` …)
 * @property {{ minimum: number, maximum: number | null }[]} memories in pages, imported ones not counted
 * @property {boolean} hasStart
 * @property {string[]} customSections names, in order
 * @property {string[]} functionNames from the name section; empty when there is none
 */

const VALUE_TYPES = new Map([
  [0x7f, "i32"],
  [0x7e, "i64"],
  [0x7d, "f32"],
  [0x7c, "f64"],
  [0x7b, "v128"],
  [0x70, "funcref"],
  [0x6f, "externref"],
]);
const KINDS = ["func", "table", "memory", "global"];
const Section = { Custom: 0, Type: 1, Import: 2, Function: 3, Memory: 5, Export: 7, Start: 8 };
const FUNCTION_NAMES = 1;

/** Forward reader over a part of the binary; reading past the end throws. */
class Reader {
  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.offset = 0;
  }

  get done() {
    return this.offset >= this.bytes.length;
  }

  byte() {
    return this.bytes.readUInt8(this.offset++);
  }

  /** Unsigned LEB128; sizes and indices fit a double exactly. */
  uint() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** @param {number} length */
  take(length) {
    const end = this.offset + length;
    if (end > this.bytes.length) throw new RangeError("a section ends early");
    const part = this.bytes.subarray(this.offset, end);
    this.offset = end;
    return part;
  }

  text() {
    return this.take(this.uint()).toString("utf8");
  }

  /**
   * @template T
   * @param {() => T} item
   * @returns {T[]}
   */
  list(item) {
    return Array.from({ length: this.uint() }, item);
  }
}

/** @param {Reader} reader */
function valueType(reader) {
  const code = reader.byte();
  return VALUE_TYPES.get(code) ?? `type 0x${code.toString(16)}`;
}

/** @param {Reader} reader */
function functionType(reader) {
  if (reader.byte() !== 0x60) throw new TypeError("a type that is not a function type");
  const params = reader.list(() => valueType(reader));
  const results = reader.list(() => valueType(reader));
  return `(${params.join(", ")}) -> (${results.join(", ")})`;
}

/** @param {Reader} reader */
function limits(reader) {
  const hasMaximum = (reader.byte() & 1) === 1;
  return { minimum: reader.uint(), maximum: hasMaximum ? reader.uint() : null };
}

/**
 * Skips or reads what follows the kind byte of an import.
 * @param {Reader} reader
 * @param {number} kind
 * @param {string[]} types
 */
function importType(reader, kind, types) {
  if (kind === 0) return types[reader.uint()];
  if (kind === 3) {
    valueType(reader);
    reader.byte();
    return "global";
  }
  if (kind === 1) reader.byte();
  limits(reader);
  return KINDS[kind];
}

/** @param {Reader} reader the payload of a name section, after its own name */
function functionNames(reader) {
  while (!reader.done) {
    const id = reader.byte();
    const part = new Reader(reader.take(reader.uint()));
    if (id !== FUNCTION_NAMES) continue;
    return part.list(() => {
      part.uint();
      return part.text();
    });
  }
  return [];
}

/**
 * @param {Buffer} bytes
 * @returns {{ id: number, reader: Reader }[]}
 */
function splitSections(bytes) {
  if (bytes.toString("latin1", 0, 8) !== "\0asm\x01\0\0\0")
    throw new TypeError("not a WebAssembly 1 binary");
  const reader = new Reader(bytes);
  reader.take(8);
  const sections = [];
  while (!reader.done) {
    const id = reader.byte();
    sections.push({ id, reader: new Reader(reader.take(reader.uint())) });
  }
  return sections;
}

/**
 * Reads a module.
 * @param {Buffer} bytes the whole file
 * @returns {WasmModule}
 * @throws {TypeError | RangeError} when it is not a well-formed WebAssembly 1 binary
 */
export function readModule(bytes) {
  const sections = splitSections(bytes);
  /** @param {number} id */
  const section = (id) =>
    sections.find((one) => one.id === id)?.reader ?? new Reader(Buffer.from([0]));
  const [typeReader, importReader, memoryReader] = [
    Section.Type,
    Section.Import,
    Section.Memory,
  ].map(section);
  const [functionReader, exportReader] = [Section.Function, Section.Export].map(section);
  const types = typeReader.list(() => functionType(typeReader));
  const imports = importReader.list(() => {
    const [module, name, kind] = [importReader.text(), importReader.text(), importReader.byte()];
    return { module, name, kind, type: importType(importReader, kind, types) };
  });
  const imported = imports.filter(({ kind }) => kind === 0).map(({ type }) => type);
  const functions = [...imported, ...functionReader.list(() => types[functionReader.uint()])];
  const exports = exportReader.list(() => {
    const [name, kind, index] = [exportReader.text(), exportReader.byte(), exportReader.uint()];
    return { name, type: kind === 0 ? functions[index] : KINDS[kind] };
  });
  const custom = sections
    .filter(({ id }) => id === Section.Custom)
    .map(({ reader }) => ({ name: reader.text(), reader }));
  return {
    imports: imports.map(({ module, name, type }) => ({ module, name, type })),
    exports,
    memories: memoryReader.list(() => limits(memoryReader)),
    hasStart: sections.some(({ id }) => id === Section.Start),
    customSections: custom.map(({ name }) => name),
    functionNames: custom
      .filter(({ name }) => name === "name")
      .flatMap(({ reader }) => functionNames(reader)),
  };
}

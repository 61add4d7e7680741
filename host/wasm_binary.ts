/**
 * Reads the parts of a .wasm binary that JavaScript hides: exact import and export types, the start section and the
 * memory limits. JavaScript would link any arity, Envoy does not. Source: WebAssembly core specification, section 5.5.
 */
import { LoadError } from "./errors.ts";
import { fromUtf8 } from "./octets.ts";

/** One imported or exported entity; `signature` is set for functions only (see abi.ts for its form). */
export interface Extern {
  module: string;
  name: string;
  kind: "function" | "table" | "memory" | "global" | "tag";
  signature: string;
}

/** What a module asks for and offers. `memories` counts memories of its own. */
export interface BinaryShape {
  imports: Extern[];
  exports: Extern[];
  hasStart: boolean;
  memories: number;
}

const KINDS = ["function", "table", "memory", "global", "tag"] as const;
const VALUE_TYPES: Readonly<Record<number, string>> = {
  0x7f: "i",
  0x7e: "I",
  0x7d: "f",
  0x7c: "F",
  0x7b: "v",
};

class Reader {
  at: number;
  constructor(
    readonly bytes: Uint8Array,
    start: number,
    readonly end: number,
  ) {
    this.at = start;
  }

  byte(): number {
    if (this.at >= this.end) throw new LoadError("the module is cut short");
    return this.bytes[this.at++] as number;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new LoadError("a number in the module is too long");
  }

  name(): string {
    const length = this.u32();
    const text = fromUtf8(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  types(): string {
    let text = "";
    for (let count = this.u32(); count > 0; count--) text += VALUE_TYPES[this.byte()] ?? "?";
    return text;
  }

  limits(): void {
    const flags = this.byte();
    this.u32();
    if ((flags & 1) !== 0) this.u32();
  }
}

interface Draft extends BinaryShape {
  types: string[];
  functions: number[];
}

/**
 * Parses the import, export, start and memory sections. Throws LoadError on a file that is no module;
 * full validation is left to the engine.
 */
export function readBinaryShape(bytes: Uint8Array): BinaryShape {
  const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (magic.some((byte, index) => bytes[index] !== byte)) throw new LoadError("not a wasm module");
  const draft: Draft = {
    imports: [],
    exports: [],
    hasStart: false,
    memories: 0,
    types: [],
    functions: [],
  };
  const reader = new Reader(bytes, magic.length, bytes.length);
  while (reader.at < reader.end) {
    const id = reader.byte();
    const size = reader.u32();
    readSection(draft, id, new Reader(bytes, reader.at, reader.at + size));
    reader.at += size;
  }
  return draft;
}

function readSection(draft: Draft, id: number, section: Reader): void {
  switch (id) {
    case 1:
      return readTypes(draft, section);
    case 2:
      return readImports(draft, section);
    case 3:
      for (let count = section.u32(); count > 0; count--) draft.functions.push(section.u32());
      return;
    case 5:
      draft.memories = section.u32();
      return;
    case 7:
      return readExports(draft, section);
    case 8:
      draft.hasStart = true;
      return;
    default:
      return;
  }
}

function readTypes(draft: Draft, section: Reader): void {
  for (let count = section.u32(); count > 0; count--) {
    if (section.byte() !== 0x60) throw new LoadError("the module uses types other than functions");
    draft.types.push(`${section.types()}:${section.types()}`);
  }
}

function readImports(draft: Draft, section: Reader): void {
  for (let count = section.u32(); count > 0; count--) {
    const module = section.name();
    const name = section.name();
    const kind = KINDS[section.byte()] ?? "tag";
    let signature = "";
    if (kind === "function") {
      const type = section.u32();
      signature = draft.types[type] ?? "?";
      draft.functions.push(type);
    } else {
      skipImportType(kind, section);
    }
    draft.imports.push({ module, name, kind, signature });
  }
}

function skipImportType(kind: Extern["kind"], section: Reader): void {
  if (kind !== "memory") section.byte();
  if (kind === "memory" || kind === "table") section.limits();
  else section.byte();
}

function readExports(draft: Draft, section: Reader): void {
  for (let count = section.u32(); count > 0; count--) {
    const name = section.name();
    const kind = KINDS[section.byte()] ?? "tag";
    const index = section.u32();
    const type = kind === "function" ? draft.functions[index] : undefined;
    draft.exports.push({ module: "", name, kind, signature: draft.types[type ?? -1] ?? "" });
  }
}

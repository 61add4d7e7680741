/**
 * The engines as tests see them: build/probe.wasm with the one host function that it needs. The module is the
 * compiled product code, so what passes here is what ships.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Fn = (...args: number[]) => number;

/** Exports that take and answer 64-bit integers. */
interface WideExports {
  putU64(out: number, value: bigint): void;
  readU32(ptr: number, len: number): bigint;
  readInteger(ptr: number, len: number): bigint;
  readFixed(ptr: number, len: number): bigint;
}

/** What plugin/probe.ts exports. Addresses, lengths and flags are plain numbers. */
export type ProbeExports = WideExports &
  Record<Exclude<string, keyof WideExports>, Fn> & { memory: WebAssembly.Memory };

const FILE = fileURLToPath(new URL("../../build/probe.wasm", import.meta.url));
/** Bytes that a test may write around a text; engines may read this far behind an end. */
export const SLACK = 16;

let original: Uint8Array<ArrayBuffer> | undefined;
const modules = new Map<number, WebAssembly.Module>();

/** The module's bytes; PROBE_WASM names another build of it, for trying a mutant. */
function probeBytes(): Uint8Array<ArrayBuffer> {
  const file = process.env.PROBE_WASM ?? FILE;
  if (!existsSync(file)) throw new Error(`${file} is missing; run: npm run build:probe`);
  original ??= new Uint8Array(readFileSync(file));
  return original;
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value: value >>> 0, next: at };
  }
}

/** The same module whose memory cannot grow above `pages`: the only way to see exhaustion. */
function withMaximum(bytes: Uint8Array<ArrayBuffer>, pages: number): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < bytes.length;) {
    const size = readLeb(bytes, at + 1);
    const end = size.next + size.value;
    if (bytes[at] === 5) {
      const minimum = readLeb(bytes, size.next + 2);
      const body = [1, 1, ...leb(minimum.value), ...leb(pages)];
      const section = [5, ...leb(body.length), ...body];
      return new Uint8Array([...bytes.subarray(0, at), ...section, ...bytes.subarray(end)]);
    }
    at = end;
  }
  throw new Error("the probe has no memory section");
}

/** A compiled module is kept per maximum; 0 means none. */
function moduleOf(maxPages: number): WebAssembly.Module {
  const known = modules.get(maxPages);
  if (known !== undefined) return known;
  const bytes = maxPages === 0 ? probeBytes() : withMaximum(probeBytes(), maxPages);
  const module = new WebAssembly.Module(bytes);
  modules.set(maxPages, module);
  return module;
}

/** One instance of the probe, with its memory and conversions between its bytes and ours. */
export class Probe {
  readonly exports: ProbeExports;
  /** Lines that the module logged: only a failed assertion logs. */
  readonly log: string[] = [];
  private view = new Uint8Array(0);

  /** `maxPages` bounds the memory (0: no bound). */
  constructor(maxPages = 0) {
    const proxy_log = (_level: number, ptr: number, len: number): number => {
      this.log.push(Buffer.from(this.memory.subarray(ptr, ptr + len)).toString("latin1"));
      return 0;
    };
    const instance = new WebAssembly.Instance(moduleOf(maxPages), { env: { proxy_log } });
    this.exports = instance.exports as unknown as ProbeExports;
    (instance.exports as unknown as { _initialize(): void })._initialize();
  }

  /** The whole memory; take it anew after every call that may grow it. */
  get memory(): Uint8Array {
    const { buffer } = this.exports.memory;
    if (this.view.buffer !== buffer) this.view = new Uint8Array(buffer);
    return this.view;
  }

  /** Pages that the memory has. */
  get pages(): number {
    return this.memory.length / 65536;
  }

  /** A block of the module's heap with SLACK behind it; `drop` gives it back. */
  block(len: number): number {
    const ptr = this.exports.allocate(len + SLACK) >>> 0;
    if (ptr === 0) throw new Error(`no memory for a block of ${len} bytes`);
    return ptr;
  }

  /** Gives back what `block` or `put` took. */
  drop(ptr: number, len: number): void {
    this.exports.release(ptr, len + SLACK);
  }

  /** Copies bytes into a new block and fills the SLACK behind them with `behind`, repeated. */
  put(bytes: Uint8Array, behind: Uint8Array = ZEROS): number {
    const ptr = this.block(bytes.length);
    this.write(ptr, bytes, behind);
    return ptr;
  }

  /** As `put`, into a block that exists. */
  write(ptr: number, bytes: Uint8Array, behind: Uint8Array = ZEROS): void {
    const { memory } = this;
    memory.set(bytes, ptr);
    for (let i = 0; i < SLACK; i++) memory[ptr + bytes.length + i] = behind[i % behind.length];
  }

  /** A copy of `len` bytes. */
  take(ptr: number, len: number): Uint8Array<ArrayBuffer> {
    return this.memory.slice(ptr >>> 0, (ptr >>> 0) + (len >>> 0)) as Uint8Array<ArrayBuffer>;
  }

  /** `len` bytes as text, one character per byte. */
  latin1(ptr: number, len: number): string {
    return Buffer.from(this.memory.buffer, ptr >>> 0, len >>> 0).toString("latin1");
  }

  /** `len` bytes as text. */
  utf8(ptr: number, len: number): string {
    return Buffer.from(this.memory.buffer, ptr >>> 0, len >>> 0).toString("utf8");
  }

  /** A literal in the generated form: its length, then its bytes. Never freed. */
  literal(text: string): number {
    const bytes = Buffer.from(text, "utf8");
    const ptr = this.block(bytes.length + 4);
    new DataView(this.memory.buffer).setUint32(ptr, bytes.length, true);
    this.memory.set(bytes, ptr + 4);
    return ptr;
  }

  /** Content of a writer. */
  written(writer: number): Uint8Array<ArrayBuffer> {
    return this.take(this.exports.writerStart(writer), this.exports.writerLength(writer));
  }
}

const ZEROS = new Uint8Array(1);

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "utf8"));
}

/** Bytes of a text with one character per byte. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/**
 * A small generator of random numbers with a seed, for loops that need no shrinking: mulberry32.
 * Answers integers in [0, below).
 */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) % below) >>> 0;
  };
}

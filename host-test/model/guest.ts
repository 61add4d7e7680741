/**
 * Tiny modules for testing the host model: each test writes the bodies of the callbacks that matter to it, in the
 * text format, and everything else (marker, allocator, imports, remaining callbacks) is filled in.
 */
import binaryen from "binaryen";
import { ENVOY_IMPORTS, EXPORT_SIGNATURES, WASI_IMPORTS } from "../../host/abi.ts";

/** Where constant texts are laid, and where the scratch allocator begins. */
const TEXT_BASE = 4096;
const HEAP_BASE = 65_536;
/** Two result slots that every module may use: `(i32.const 16)` and `(i32.const 20)`. */
export const SLOTS = "(i32.const 16) (i32.const 20)";
/** What the slots hold: address and length. */
export const RESULT = "(i32.load (i32.const 16)) (i32.load (i32.const 20))";
/** Parameters of a callback in order: context id, count or size, end flag. */
export const ID = "(local.get 0)";
export const SIZE = "(local.get 1)";
export const END = "(local.get 2)";

const VALUE_TYPES: Readonly<Record<string, string>> = { i: "i32", I: "i64" };
const USUAL_RESULTS: Readonly<Record<string, string>> = {
  proxy_on_vm_start: "(i32.const 1)",
  proxy_on_configure: "(i32.const 1)",
  proxy_on_done: "(i32.const 1)",
};

/** Callback bodies by export name without `proxy_on_`; `null` leaves the export out. */
export type Bodies = Readonly<Record<string, string | null>>;

export interface GuestOptions {
  /** Further fields of the module, such as functions, globals or further exports. */
  extra?: string;
  /** ABI marker; `null` leaves it out. */
  marker?: string | null;
  /** Body of the allocator with the size as local 0; `null` leaves it out. */
  allocator?: string | null;
  /** Imports that are used, beyond those found in the bodies: full `(import ...)` fields. */
  imports?: string;
}

/** Collects constant texts and writes calls with them. */
export class Texts {
  private at = TEXT_BASE;
  private fields = "";

  /** Lays `text` (one byte per character) into memory; returns its address and length as two operands. */
  of(text: string): string {
    const address = this.at;
    this.at += text.length + 1;
    const escaped = [...Buffer.from(text, "latin1")]
      .map((byte) => `\\${byte.toString(16).padStart(2, "0")}`)
      .join("");
    this.fields += `(data (i32.const ${address}) "${escaped}")\n`;
    return `(i32.const ${address}) (i32.const ${text.length})`;
  }

  get data(): string {
    return this.fields;
  }
}

/** A call of a host function whose status is dropped; `args` are operands. */
export function call(name: string, ...args: string[]): string {
  return `(drop (call $${name} ${args.join(" ")}))`;
}

/** A call of a host function whose status is kept. */
export function status(name: string, ...args: string[]): string {
  return `(call $${name} ${args.join(" ")})`;
}

/** Logs one text at info level. */
export function log(text: string): string {
  return call("proxy_log", "(i32.const 2)", text);
}

/** Logs the single digit of a number below 10, such as a status. */
export function logDigit(value: string): string {
  return (
    `(i32.store8 (i32.const 32) (i32.add (i32.const 48) ${value}))` +
    call("proxy_log", "(i32.const 2)", "(i32.const 32)", "(i32.const 1)")
  );
}

/** Assembles a module; imports are those whose names occur in it. */
export function guest(
  build: (texts: Texts) => Bodies,
  options: GuestOptions | ((texts: Texts) => GuestOptions) = {},
): Uint8Array {
  const texts = new Texts();
  const bodies = build(texts);
  const {
    extra = "",
    imports = "",
    marker,
    allocator,
  } = typeof options === "function" ? options(texts) : options;
  const code = Object.entries(bodies)
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, body]) => callback(`proxy_on_${name}`, body));
  for (const name of ["context_create", "log", "done", "delete", "configure", "vm_start"]) {
    if (!(name in bodies))
      code.push(callback(`proxy_on_${name}`, USUAL_RESULTS[`proxy_on_${name}`] ?? ""));
  }
  if (marker !== null) code.push(`(func (export "${marker ?? "proxy_abi_version_0_2_1"}"))`);
  if (allocator !== null) code.push(allocatorField(allocator));
  const text = `${code.join("\n")}\n${extra}`;
  return assemble(`(module
    ${importsUsedBy(text)}
    ${imports}
    (memory (export "memory") 4)
    (global $top (mut i32) (i32.const ${HEAP_BASE}))
    ${texts.data}
    ${text})`);
}

/** Turns the text format into a binary. Throws on a syntax error. */
export function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  try {
    module.setFeatures(binaryen.Features.All);
    if (module.validate() === 0) throw new Error("the test module is not valid");
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/** A bump allocator that starts anew when its part of the memory is used up: results live for their callback only. */
function allocatorField(body: string | undefined): string {
  const bump = `
    (if (i32.gt_u (i32.add (global.get $top) (local.get 0)) (i32.const 262144))
      (then (global.set $top (i32.const ${HEAP_BASE}))))
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (local.get 0)))`;
  return `(func (export "proxy_on_memory_allocate") (param i32) (result i32) ${body ?? bump})`;
}

function callback(name: string, body: string): string {
  const signature = EXPORT_SIGNATURES[name] ?? ":";
  return `(func (export "${name}") ${typeOf(signature)} ${body})`;
}

function typeOf(signature: string): string {
  const [params = "", results = ""] = signature.split(":");
  const list = (kind: string, types: string): string =>
    types === "" ? "" : `(${kind} ${[...types].map((type) => VALUE_TYPES[type]).join(" ")})`;
  return `${list("param", params)} ${list("result", results)}`;
}

function importsUsedBy(text: string): string {
  const tables = [
    ["env", ENVOY_IMPORTS],
    ["wasi_snapshot_preview1", WASI_IMPORTS],
  ] as const;
  return tables
    .flatMap(([module, table]) =>
      Object.entries(table)
        .filter(([name]) => text.includes(`$${name} `))
        .map(
          ([name, signature]) =>
            `(import "${module}" "${name}" (func $${name} ${typeOf(signature)}))`,
        ),
    )
    .join("\n");
}

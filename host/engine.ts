/**
 * The part of the engine's WebAssembly interface that the model uses, typed here because the project compiles
 * against no browser library.
 */

/** A wasm function as JavaScript sees it: i32 as number, i64 as bigint. */
export type WasmFunction = (...args: (number | bigint)[]) => number | bigint | undefined | void;

/** Linear memory; `buffer` is replaced, and the old one detached, whenever the memory grows. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export type WasmExports = Readonly<Record<string, WasmFunction | WasmMemory | undefined>>;

/** A compiled module; opaque. */
export type WasmModule = object;

interface WasmEngine {
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, WasmFunction>>,
  ) => { readonly exports: WasmExports };
  RuntimeError: ErrorConstructor;
}

/** The engine that runs this code: in Node it is V8, which Envoy embeds as well. */
export const engine = (globalThis as unknown as { WebAssembly: WasmEngine }).WebAssembly;

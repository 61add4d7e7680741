/**
 * A module that has passed the checks which a real host makes before it runs anything: ABI marker, exact import and
 * export types, memory, allocator, no start section. Follows the host notes, section 6.3 "Loading".
 */
import { ABI_MARKERS, EXPORT_SIGNATURES, WASI_IMPORTS, WASI_MODULES } from "./abi.ts";
import { engine, type WasmModule } from "./engine.ts";
import { LoadError } from "./errors.ts";
import type { HostProfile } from "./profile.ts";
import { readBinaryShape, type BinaryShape, type Extern } from "./wasm_binary.ts";

/** A compiled, checked module. Compiling is the slow part, so one value serves any number of hosts. */
export interface CompiledPlugin {
  module: WasmModule;
  imports: readonly Extern[];
  /** Names of exported functions. */
  exports: ReadonlySet<string>;
  /** The export that the host allocates through. */
  allocator: "malloc" | "proxy_on_memory_allocate";
}

const cache = new WeakMap<Uint8Array, Map<string, CompiledPlugin>>();

/**
 * Checks and compiles `bytes` for a profile; the result is remembered for as long as `bytes` lives, which must not
 * be changed. Throws LoadError with Envoy's reason.
 */
export function compilePlugin(bytes: Uint8Array, profile: HostProfile): CompiledPlugin {
  let byProfile = cache.get(bytes);
  if (byProfile === undefined) cache.set(bytes, (byProfile = new Map<string, CompiledPlugin>()));
  let plugin = byProfile.get(profile.name);
  if (plugin === undefined) {
    plugin = compile(bytes, profile);
    byProfile.set(profile.name, plugin);
  }
  return plugin;
}

function compile(bytes: Uint8Array, profile: HostProfile): CompiledPlugin {
  const shape = readBinaryShape(bytes);
  if (shape.hasStart)
    throw new LoadError("the module has a start section: host calls in it kill the process");
  checkImports(shape, profile);
  const exports = checkExports(shape);
  let module: WasmModule;
  try {
    module = new engine.Module(bytes);
  } catch (error) {
    throw new LoadError(`the engine refuses the module: ${String(error)}`);
  }
  const allocator = exports.has("malloc") ? "malloc" : "proxy_on_memory_allocate";
  if (!exports.has(allocator))
    throw new LoadError("Wasm module missing malloc/free: no allocator is exported");
  return { module, imports: shape.imports, exports, allocator };
}

function checkImports(shape: BinaryShape, profile: HostProfile): void {
  for (const { module, name, kind, signature } of shape.imports) {
    if (kind !== "function") throw new LoadError(`imported ${kind} ${module}.${name}: unsupported`);
    const isWasi = (WASI_MODULES as readonly string[]).includes(module);
    const table = isWasi ? WASI_IMPORTS : module === "env" ? profile.imports : {};
    const expected = table[name];
    if (expected === undefined) {
      throw new LoadError(`Failed to load Wasm module due to a missing import: ${module}.${name}`);
    }
    if (expected !== signature) {
      throw new LoadError(
        `Failed to load Wasm module due to an import type mismatch for function ${module}.${name}, ` +
          `want: ${signature}, but host exports: ${expected}`,
      );
    }
  }
}

function checkExports(shape: BinaryShape): Set<string> {
  const functions = new Set<string>();
  for (const { name, kind, signature } of shape.exports) {
    if (kind !== "function") continue;
    functions.add(name);
    const expected = EXPORT_SIGNATURES[name];
    if (expected !== undefined && expected !== signature) {
      throw new LoadError(
        `Bad function signature for: ${name}: ${signature} instead of ${expected}`,
      );
    }
  }
  if (!ABI_MARKERS.some((marker) => functions.has(marker))) {
    throw new LoadError("Missing or unknown Proxy-Wasm ABI version");
  }
  const memories = shape.exports.filter(({ kind }) => kind === "memory");
  if (memories.length !== 1 || memories[0]?.name !== "memory" || shape.memories !== 1) {
    throw new LoadError("the module must have exactly one memory and export it as `memory`");
  }
  return functions;
}

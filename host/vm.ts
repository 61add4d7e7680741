/**
 * One instance of the module with its linear memory: links the host functions, calls the exports, knows which context
 * is running, enforces the restricted phases and turns traps into a failed VM. Knows nothing of HTTP.
 */
import {
  ALLOWED_IN_ALLOCATOR,
  ALLOWED_IN_INITIALIZE,
  EXPORT_SIGNATURES,
  type CallbackName,
} from "./abi.ts";
import type { GuestContext } from "./context.ts";
import { engine, type WasmExports, type WasmFunction, type WasmMemory } from "./engine.ts";
import { isTrap, LoadError, MisuseError, RestrictedCallbackError, TrapError } from "./errors.ts";
import { GuestMemory } from "./guest_memory.ts";
import type { CompiledPlugin } from "./plugin.ts";
import { formatArguments } from "./trace.ts";

/** Implementations by import name, without the module name. Arguments arrive signed; i64 arrives as bigint. */
export type HostFunctions = Readonly<Record<string, WasmFunction>>;

export interface VmOptions {
  /** Where crossings are written; undefined makes none. */
  trace: string[] | undefined;
  /** Overwrite host results with 0xAA when their callback has returned. */
  poison: boolean;
  /** A trap does not end the VM: the next call finds the memory as the trap left it. */
  survivesTraps: boolean;
  /** Makes the module trap at a host call, by the import's name. */
  interrupt: ((name: string) => boolean) | undefined;
}

/** A callback that returns nothing to look at, or that is not exported, yields this. */
const DEFAULT_RESULT: Partial<Record<CallbackName, number>> = {
  proxy_on_vm_start: 1,
  proxy_on_configure: 1,
  proxy_on_done: 1,
};

/** The callbacks that may run inside another one: a stream can be ended by one of its own host calls. */
const GOODBYES: ReadonlySet<string> = new Set(["proxy_on_log", "proxy_on_done", "proxy_on_delete"]);

export class Vm {
  readonly memory: GuestMemory;
  /** Contexts that the module knows, by id. */
  readonly contexts = new Map<number, GuestContext>();
  /** Set by the first trap; nothing is called any more from then on. */
  failure: TrapError | undefined;
  /** The context that host functions act on; `proxy_set_effective_context` changes it. */
  effective: GuestContext | undefined;
  private running: GuestContext | undefined;
  private restriction: { phase: string; allowed: ReadonlySet<string> } | undefined;
  private readonly exports: WasmExports;
  private readonly strayCalls: Uint32Array;
  private nextId = 1;
  private readonly freeIds = new Map<number, number[]>();

  /** Instantiates and initialises. Throws LoadError when `_initialize` traps. */
  constructor(
    readonly plugin: CompiledPlugin,
    createFunctions: (vm: Vm) => HostFunctions,
    private readonly options: VmOptions,
  ) {
    this.strayCalls = new Uint32Array(plugin.imports.length);
    this.exports = new engine.Instance(plugin.module, this.link(createFunctions(this))).exports;
    const allocate = this.exports[plugin.allocator] as WasmFunction;
    this.memory = new GuestMemory(
      this.exports["memory"] as WasmMemory,
      (size) =>
        this.restricted("memory allocation", ALLOWED_IN_ALLOCATOR, () => Number(allocate(size))),
      options.poison,
    );
    this.initialize();
  }

  /** The next context id; roots and streams share one counter. `parent`: ids that were given back to it come first. */
  takeId(parent?: number): number {
    const free = parent === undefined ? undefined : this.freeIds.get(parent)?.pop();
    return free ?? this.nextId++;
  }

  /** Gives an id back, to be used again by streams of the same root, as nginx does. */
  giveBackId(parent: number, id: number): void {
    const free = this.freeIds.get(parent);
    if (free === undefined) this.freeIds.set(parent, [id]);
    else free.push(id);
  }

  /**
   * Calls an export with the context's id and up to two further arguments. An export that is missing acts as
   * "continue". Throws TrapError after marking the VM as failed; failures of the model pass through.
   */
  call(name: CallbackName, context: GuestContext, first = 0, second = 0): number {
    if (this.failure !== undefined) throw this.failure;
    const callback = this.exports[name] as WasmFunction | undefined;
    if (callback === undefined) return DEFAULT_RESULT[name] ?? 0;
    const outer = {
      running: this.running,
      effective: this.effective,
      handed: this.memory.handedMark,
    };
    if (outer.running !== undefined && !GOODBYES.has(name)) {
      throw new MisuseError(`${name} inside another callback`);
    }
    this.running = this.effective = context;
    try {
      const { trace } = this.options;
      const result =
        trace === undefined
          ? callback(context.id, first, second)
          : traced(trace, name, callback, [context.id, first, second]);
      return result === undefined ? 0 : Number(result) >>> 0;
    } catch (error) {
      throw this.failed(name, error);
    } finally {
      this.running = outer.running;
      this.effective = outer.effective;
      this.memory.poisonHanded(outer.handed);
    }
  }

  /** What a callback threw, as callers see it; a trap ends the VM where the host has it so. */
  private failed(name: CallbackName, error: unknown): unknown {
    if (!isTrap(error)) return error;
    const failure = new TrapError(name, error);
    if (!this.options.survivesTraps) this.failure = failure;
    return failure;
  }

  /** Calls a test-only export without arguments; undefined when the module has none of that name. */
  query(name: string): number | undefined {
    const callback = this.exports[name];
    return typeof callback === "function" ? Number(callback()) : undefined;
  }

  private initialize(): void {
    const name = ["_initialize", "_start"].find((candidate) => this.plugin.exports.has(candidate));
    if (name === undefined) return;
    try {
      this.restricted(name, ALLOWED_IN_INITIALIZE, () => (this.exports[name] as WasmFunction)());
    } catch (error) {
      throw isTrap(error) ? new LoadError(`${name} failed: ${String(error)}`) : error;
    }
  }

  private restricted<T>(phase: string, allowed: ReadonlySet<string>, body: () => T): T {
    const outer = this.restriction;
    this.restriction = { phase, allowed };
    try {
      return body();
    } finally {
      this.restriction = outer;
    }
  }

  private link(functions: HostFunctions): Record<string, Record<string, WasmFunction>> {
    const modules: Record<string, Record<string, WasmFunction>> = {};
    this.plugin.imports.forEach(({ module, name, signature }, index) => {
      const implementation = functions[name] ?? notModelled(name);
      (modules[module] ??= {})[name] = this.thunk(name, index, implementation, {
        label: `${module}.${name}`,
        arity: signature.indexOf(":"),
      });
    });
    return modules;
  }

  private thunk(
    name: string,
    index: number,
    implementation: WasmFunction,
    shown: { label: string; arity: number },
  ): WasmFunction {
    const { trace } = this.options;
    const enter = (): void => {
      if (this.restriction !== undefined && !this.restriction.allowed.has(name)) {
        throw new RestrictedCallbackError(name, this.restriction.phase);
      }
      if (this.options.interrupt?.(name) === true) throw new engine.RuntimeError("unreachable");
      const calls = this.running === undefined ? this.strayCalls : this.running.calls;
      (calls[index] as number)++;
    };
    if (trace !== undefined) {
      return (...args) => {
        trace.push(`[vm->host] ${shown.label}(${formatArguments(args.slice(0, shown.arity))})`);
        enter();
        const result = implementation(...args);
        trace.push(`[vm<-host] ${shown.label} return: ${result === undefined ? "void" : result}`);
        return result;
      };
    }
    // A fixed number of parameters keeps this path free of argument arrays; no modelled function has more.
    // eslint-disable-next-line max-params
    return (a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0) => {
      enter();
      return implementation(a, b, c, d, e, f, g, h);
    };
  }
}

function traced(
  trace: string[],
  name: CallbackName,
  callback: WasmFunction,
  args: number[],
): ReturnType<WasmFunction> {
  const arity = (EXPORT_SIGNATURES[name] ?? ":").indexOf(":");
  trace.push(`[host->vm] ${name}(${formatArguments(args.slice(0, arity))})`);
  const result = callback(...args);
  trace.push(`[host<-vm] ${name} return: ${result === undefined ? "void" : Number(result) >>> 0}`);
  return result;
}

function notModelled(name: string): WasmFunction {
  return () => {
    throw new MisuseError(`${name} links on the real host but is not modelled here`);
  };
}

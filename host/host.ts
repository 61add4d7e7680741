/**
 * The host model: a VM with root contexts, a clock, metrics and logs, and the streams that run through it.
 * This is Envoy with one worker thread; see profile.ts for what differs between its profiles.
 */
import { ByteBuffer } from "./byte_buffer.ts";
import { LeakError, LoadError, TrapError, UsageError } from "./errors.ts";
import type { PrefixReplace } from "./byte_buffer.ts";
import {
  bufferFunctions,
  headerEditFunctions,
  headerReadFunctions,
  propertyFunctions,
  replyFunctions,
} from "./functions_stream.ts";
import { vmFunctions, wasiFunctions, type LogLine, type VmServices } from "./functions_vm.ts";
import { Metrics } from "./metrics.ts";
import { utf8 } from "./octets.ts";
import { compilePlugin, type CompiledPlugin } from "./plugin.ts";
import { PROFILES, type HostProfile, type HostProfileName } from "./profile.ts";
import { nginxFunctions } from "./functions_nginx.ts";
import { NginxStream } from "./nginx_stream.ts";
import { RootContext, type RootOptions } from "./root.ts";
import { HttpStream, type StreamHost } from "./stream.ts";
import type { StreamOptions } from "./stream_context.ts";
import { Vm } from "./vm.ts";

/** Blocks above this size are not kept between streams. */
const KEPT_BUFFER_BYTES = 256 * 1024;
const KEPT_BUFFERS = 16;
/** A fixed start of time: 2026-01-01T00:00:00Z. */
const DEFAULT_CLOCK_MS = 1_767_225_600_000;
/** The export of debug builds that tells how many bytes are allocated and not freed. */
const LIVE_BYTES_EXPORT = "debug_live_bytes";

export interface HostOptions {
  profile: HostProfileName;
  /** `vm_config.environment_variables`. */
  env?: Readonly<Record<string, string>>;
  /** Wall clock at the start, milliseconds since 1970. It moves by `advance` only. */
  clockMs?: number;
  /** Seed of `random_get`. */
  randomSeed?: number;
  /** Bytes that may be held per direction; Envoy's 1 MiB when absent. */
  bufferLimit?: number;
  /** Record every crossing in `trace`. Default false. */
  trace?: boolean;
  /** Overwrite host results with 0xAA after their callback. Default true. */
  poison?: boolean;
  /** Start, configure and throw away an instance before each root context. Default true. */
  canary?: boolean;
  /** Partial prefix replace: fail the test (default), or one of the two behaviours of real versions. */
  prefixReplace?: PrefixReplace;
  /** After a trap: `throw` it (default), or `model` what clients then see. */
  traps?: "throw" | "model";
  /** On a hang: `throw` (default), or only note it in the stream. */
  hangs?: "throw" | "model";
  /** Envoy's failure policy: 503 for ever, or a fresh VM for the next stream. */
  failurePolicy?: "closed" | "reload";
  /** Check after each stream that nothing is left allocated; needs a debug build. Default false. */
  leakCheck?: boolean;
  /** Asked at each host call, by its name: true makes the module trap there, as a defect of its own would. */
  interrupt?: (name: string) => boolean;
  /** nginx: whether the companion plugin is on the route; the profile's when absent. Its variables exist all the same. */
  companion?: boolean;
}

export class WasmHost implements StreamHost, VmServices {
  readonly metrics = new Metrics();
  readonly env: Readonly<Record<string, string>>;
  /** Crossings in the form of Envoy's trace log; empty unless recording. Cleared by the caller. */
  readonly trace: string[] = [];
  /** Every line that the module has logged, the canary's left out. Cleared by the caller. */
  readonly logs: LogLine[] = [];
  readonly bufferLimit: number;
  readonly headersCanBeHeld: boolean;
  readonly traps: "throw" | "model";
  readonly hangs: "throw" | "model";
  private readonly roots: RootContext[] = [];
  private readonly live = new Set<HttpStream>();
  private readonly queue: HttpStream[] = [];
  private readonly buffers: ByteBuffer[] = [];
  private vm: Vm;
  private clock: number;
  private random: number;
  private configuring: RootContext | undefined;
  private mute = false;
  private quietBytes: number | undefined;

  private constructor(
    private readonly plugin: CompiledPlugin,
    private readonly profile: HostProfile,
    private readonly options: HostOptions,
  ) {
    this.env = options.env ?? {};
    this.bufferLimit = options.bufferLimit ?? profile.bufferLimit;
    this.headersCanBeHeld = profile.headersCanBeHeld;
    this.traps = options.traps ?? "throw";
    this.hangs = options.hangs ?? "throw";
    this.clock = options.clockMs ?? DEFAULT_CLOCK_MS;
    this.random = options.randomSeed ?? 0x9e3779b9;
    this.vm = this.createVm(options.trace === true ? this.trace : undefined);
  }

  /**
   * Compiles (once per `bytes`), checks, links and initialises the module. Throws LoadError with the reason that
   * Envoy would give. Asynchronous so that a profile with another engine can take its place.
   */
  static load(bytes: Uint8Array, options: HostOptions): Promise<WasmHost> {
    return new Promise((resolve) => resolve(WasmHost.loadSync(bytes, options)));
  }

  /** As `load`, for property tests that cannot wait. */
  static loadSync(bytes: Uint8Array, options: HostOptions): WasmHost {
    const profile = PROFILES[options.profile];
    return new WasmHost(compilePlugin(bytes, profile), profile, options);
  }

  /**
   * Adds a plugin configuration, first in a canary VM. `config` is text, bytes, or a value to be written as JSON.
   * A refused configuration is no error here: look at `ok` and `logs`. Throws TrapError, and LoadError when
   * canary and real instance disagree.
   */
  addRoot(config: Uint8Array | string | object, options: RootOptions = {}): RootContext {
    const bytes =
      config instanceof Uint8Array
        ? config
        : utf8(typeof config === "string" ? config : JSON.stringify(config));
    const canary =
      this.options.canary === false || !this.startsVms ? undefined : this.runCanary(bytes, options);
    const root = new RootContext(this.vm, bytes, options, this);
    this.startRoot(root, this.vm);
    if (canary !== undefined && canary !== root.ok) {
      throw new LoadError(
        `proxy_on_configure is not repeatable: ${canary} in the canary, then ${root.ok}`,
      );
    }
    if (root.ok) this.roots.push(root);
    if (this.live.size === 0) this.quietBytes = this.liveBytes();
    return root;
  }

  /** Begins a stream; nothing reaches the module before its request headers. */
  stream(root: RootContext, options: StreamOptions = {}): HttpStream {
    if (this.vm.failure !== undefined && this.options.failurePolicy === "reload") this.reload();
    root.enter();
    const stream =
      this.profile.family === "nginx"
        ? new NginxStream(this, root, options, {
            declared: this.profile.companion,
            active: this.options.companion ?? this.profile.companion,
          })
        : new HttpStream(this, root, options);
    this.live.add(stream);
    return stream;
  }

  /** A context that is created only to be logged. */
  logOnly(root: RootContext): void {
    this.stream(root).logOnly();
  }

  /** Runs one tick of every root context that wants ticks, whatever the clock says. */
  tick(): void {
    for (const root of this.roots) if (root.tickMs > 0) this.tickRoot(root);
  }

  /** Moves the clock on, running every tick that falls due on the way. */
  advance(ms: number): void {
    const target = this.clock + ms;
    for (;;) {
      const due = this.roots.reduce<RootContext | undefined>(
        (first, root) => (root.nextTickMs < (first?.nextTickMs ?? Infinity) ? root : first),
        undefined,
      );
      if (due === undefined || due.nextTickMs > target) break;
      this.clock = due.nextTickMs;
      due.nextTickMs += due.tickMs;
      this.tickRoot(due);
    }
    this.clock = target;
  }

  /** nginx does not call `proxy_on_vm_start`: the filter knows it by that. */
  get startsVms(): boolean {
    return this.profile.family !== "nginx";
  }

  /** The wall clock, milliseconds since 1970. */
  get clockMs(): number {
    return this.clock;
  }

  /** The trap that ended the VM, if one did. */
  get failed(): TrapError | undefined {
    return this.vm.failure;
  }

  /** Size of the module's memory in bytes; it never shrinks. */
  get memoryBytes(): number {
    return this.vm.memory.size;
  }

  /** Bytes allocated in the module, or undefined when it is no debug build. */
  liveBytes(): number | undefined {
    return this.vm.query(LIVE_BYTES_EXPORT);
  }

  /** What an export of the module without parameters answers, as a number; undefined when there is none. */
  ask(name: string): number | undefined {
    return this.vm.query(name);
  }

  /** Throws LeakError unless the module has as much allocated as when its last root context was added. */
  assertNothingLeaked(): void {
    const now = this.liveBytes();
    if (now === undefined || this.quietBytes === undefined) {
      throw new UsageError(`the module does not export ${LIVE_BYTES_EXPORT}`);
    }
    if (now !== this.quietBytes) {
      throw new LeakError(
        `${now - this.quietBytes} bytes are left allocated after the last stream`,
      );
    }
  }

  /** Throws UsageError while streams are live, naming their number. */
  assertIdle(): void {
    if (this.live.size > 0) throw new UsageError(`${this.live.size} streams were never finished`);
  }

  /** Throws LeakError when any of `secrets` was ever logged. */
  assertNeverLogged(secrets: readonly string[]): void {
    for (const { text } of this.logs) {
      const index = secrets.findIndex((secret) => text.includes(secret));
      if (index >= 0) throw new LeakError(`secret number ${index} is in the log`);
    }
  }

  /** A fresh VM with every root context configured anew, as after a trap under the reload policy. */
  reload(): void {
    this.metrics.forgetIds();
    this.vm = this.createVm(this.options.trace === true ? this.trace : undefined);
    for (const root of this.roots) this.startRoot(root, this.vm);
  }

  // --- for streams and host functions ---

  takeBuffer(): ByteBuffer {
    return this.buffers.pop() ?? new ByteBuffer();
  }

  returnBuffers(buffers: ByteBuffer[]): void {
    for (const buffer of buffers) {
      buffer.release(KEPT_BUFFER_BYTES);
      if (this.buffers.length < KEPT_BUFFERS) this.buffers.push(buffer);
    }
  }

  queued(stream: HttpStream): void {
    this.queue.push(stream);
  }

  sendQueued(): void {
    while (this.queue.length > 0) this.queue.shift()?.sendQueuedReply();
  }

  streamOver(stream: HttpStream): void {
    this.live.delete(stream);
    const check = this.options.leakCheck === true && this.live.size === 0;
    if (check && this.vm.failure === undefined) this.assertNothingLeaked();
  }

  rootDeleted(root: RootContext): void {
    const index = this.roots.indexOf(root);
    if (index >= 0) this.roots.splice(index, 1);
    if (this.live.size === 0) this.quietBytes = this.liveBytes();
  }

  log(line: LogLine): void {
    if (this.mute) return;
    this.logs.push(line);
    this.configuring?.logs.push(line);
  }

  nowNs(): bigint {
    return BigInt(Math.round(this.clock * 1000)) * 1000n;
  }

  randomByte(): number {
    this.random ^= this.random << 13;
    this.random ^= this.random >>> 17;
    this.random ^= this.random << 5;
    return this.random & 0xff;
  }

  private createVm(trace: string[] | undefined): Vm {
    const isNginx = this.profile.family === "nginx";
    const functions = (vm: Vm): ReturnType<typeof vmFunctions> => ({
      ...headerReadFunctions(vm),
      ...headerEditFunctions(vm),
      ...bufferFunctions(vm, this.options.prefixReplace ?? "refuse-test"),
      ...replyFunctions(vm),
      ...propertyFunctions(vm),
      ...vmFunctions(vm, this),
      ...wasiFunctions(vm, this),
      ...(isNginx ? nginxFunctions(vm) : {}),
    });
    return new Vm(this.plugin, functions, {
      trace,
      poison: this.options.poison !== false,
      survivesTraps: isNginx,
      interrupt: this.options.interrupt,
    });
  }

  /** Loads, configures and drops an instance; returns whether the configuration was accepted. */
  private runCanary(config: Uint8Array, options: RootOptions): boolean {
    this.mute = true;
    try {
      const vm = this.createVm(undefined);
      const root = new RootContext(vm, config, options, this);
      root.start(vm);
      return root.ok;
    } finally {
      this.mute = false;
    }
  }

  private startRoot(root: RootContext, vm: Vm): void {
    this.configuring = root;
    try {
      root.start(vm);
    } finally {
      this.configuring = undefined;
    }
  }

  private tickRoot(root: RootContext): void {
    if (this.vm.failure !== undefined) return;
    try {
      this.vm.call("proxy_on_tick", root);
    } catch (error) {
      if (!(error instanceof TrapError) || this.traps === "throw") throw error;
    }
    this.sendQueued();
  }
}

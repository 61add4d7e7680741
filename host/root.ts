/** One plugin configuration inside a VM: created, started, configured; outlives its last stream when it is replaced. */
import type { ByteBuffer } from "./byte_buffer.ts";
import {
  byPath,
  readSource,
  type GuestContext,
  type PropertySource,
  type PropertyTable,
  type PropertyValue,
} from "./context.ts";
import { MisuseError, UsageError } from "./errors.ts";
import type { LogLine } from "./functions_vm.ts";
import type { HeaderMap } from "./headers.ts";
import type { Vm } from "./vm.ts";

/** What a root context needs of its host. */
export interface RootHost {
  readonly clockMs: number;
  /** The host calls `proxy_on_vm_start`. */
  readonly startsVms: boolean;
  /** Called when the module has deleted this root. */
  rootDeleted(root: RootContext): void;
}

export interface RootOptions {
  /** The plugin's `root_id` and name; "" when absent. */
  rootId?: string;
  /** Properties that every stream of this root has. */
  properties?: PropertyTable;
}

export class RootContext implements GuestContext {
  readonly rootId: string;
  readonly calls: Uint32Array;
  /** The configuration was accepted. */
  ok = false;
  /** Lines logged while it was started and configured. */
  readonly logs: LogLine[] = [];
  /** Period of `proxy_on_tick` in milliseconds; 0: none. */
  tickMs = 0;
  /** When the next tick is due, on the host's clock in milliseconds. */
  nextTickMs = Infinity;
  id = 0;
  private table: Map<string, PropertySource>;
  private configuring = false;
  private liveStreams = 0;
  private closing = false;

  constructor(
    private vm: Vm,
    private readonly config: Uint8Array,
    options: RootOptions,
    private readonly host: RootHost,
  ) {
    this.rootId = options.rootId ?? "";
    this.table = byPath(options.properties ?? {});
    this.calls = new Uint32Array(vm.plugin.imports.length);
  }

  /** The VM that this root lives in at present. */
  get currentVm(): Vm {
    return this.vm;
  }

  /** Creates, starts and configures in `vm`; `ok` tells the outcome. Throws TrapError. */
  start(vm: Vm): void {
    this.vm = vm;
    this.id = vm.takeId();
    this.ok = false;
    vm.contexts.set(this.id, this);
    vm.call("proxy_on_context_create", this, 0);
    if (this.host.startsVms && vm.call("proxy_on_vm_start", this, 0) === 0) return;
    this.configuring = true;
    try {
      this.ok = vm.call("proxy_on_configure", this, this.config.length) !== 0;
    } finally {
      this.configuring = false;
    }
  }

  /** Replaces the property table of all streams to come. */
  setProperties(properties: PropertyTable): void {
    this.table = byPath(properties);
  }

  /** Marks the root as replaced: it is deleted when its last stream is gone. */
  close(): void {
    if (this.closing) throw new UsageError("the root context is closed already");
    this.closing = true;
    this.deleteWhenDrained();
  }

  /** For streams: one more is live. */
  enter(): void {
    if (!this.ok) throw new UsageError("the configuration was refused: this root takes no streams");
    if (this.closing) throw new UsageError("the root context is closed: it takes no new streams");
    this.liveStreams++;
  }

  /** For streams: one is gone. */
  leave(): void {
    this.liveStreams--;
    this.deleteWhenDrained();
  }

  headerMap(): HeaderMap | undefined {
    return undefined;
  }

  headersEdited(): void {
    throw new MisuseError("a root context has no headers");
  }

  body(): ByteBuffer | undefined {
    return undefined;
  }

  bodyEdited(): void {
    throw new MisuseError("a root context has no body");
  }

  configuration(): Uint8Array | undefined {
    return this.configuring ? this.config : undefined;
  }

  /** A table entry of this root, or the plugin's own name. */
  property(path: string): PropertyValue | undefined {
    return (
      readSource(this.table.get(path)) ??
      (path === "plugin_name" || path === "plugin_root_id" ? this.rootId : undefined)
    );
  }

  setProperty(): void {
    throw new MisuseError("set_property without a stream has no filter state to go to");
  }

  queueReply(): void {
    throw new MisuseError("send_local_response without a stream: set the effective context first");
  }

  setTickPeriod(ms: number): void {
    this.tickMs = ms;
    this.nextTickMs = ms === 0 ? Infinity : this.host.clockMs + ms;
  }

  private deleteWhenDrained(): void {
    if (!this.closing || this.liveStreams > 0) return;
    this.setTickPeriod(0);
    if (this.vm.failure === undefined) {
      if (this.vm.call("proxy_on_done", this) === 0) {
        throw new MisuseError("proxy_on_done returned 0: deletion would wait for proxy_done");
      }
      this.vm.call("proxy_on_delete", this);
    }
    this.vm.contexts.delete(this.id);
    this.host.rootDeleted(this);
  }
}

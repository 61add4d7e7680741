/**
 * The module without the host model: its exports called directly, its imports answered by stubs. For what no host does,
 * and a filter must bear nevertheless: any order of ids, ten thousand contexts, contexts that are created twice.
 */
import { encodePairs, type HeaderList } from "../host/index.ts";
import { debugBytes } from "./support.ts";

type Call = (...args: number[]) => number;

const CONTINUE = 0;
const OK = 0;
const NOT_FOUND = 1;
const BUFFER_PLUGIN_CONFIGURATION = 7;

/** A request that the filter lets pass when it knows the context, and refuses when it does not. */
const UPGRADE: HeaderList = [
  [":method", "GET"],
  [":path", "/"],
  ["upgrade", "websocket"],
];

let module: WebAssembly.Module | undefined;

/** One instance with one configuration for all its roots. */
export class RawFilter {
  /** Replies that were sent by the callback that ran last. */
  replies = 0;
  private readonly exports: Record<string, Call>;
  private readonly memory: WebAssembly.Memory;
  private readonly pairs = encodePairs(UPGRADE);

  constructor(private readonly config: string) {
    module ??= new WebAssembly.Module(debugBytes());
    const imports: Record<string, Record<string, Call>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module))
      (imports[from] ??= {})[name] = this.stub(name);
    const instance = new WebAssembly.Instance(module, imports);
    this.exports = instance.exports as unknown as Record<string, Call>;
    this.memory = instance.exports["memory"] as WebAssembly.Memory;
    this.call("_initialize");
  }

  /** Calls an export. */
  call(name: string, ...args: number[]): number {
    return (this.exports[name] as Call)(...args);
  }

  /** Creates and configures a root context; answers whether it was accepted. */
  root(id: number): boolean {
    this.call("proxy_on_context_create", id, 0);
    return this.call("proxy_on_configure", id, Buffer.byteLength(this.config)) === 1;
  }

  /** Bytes that contexts hold. */
  get liveBytes(): number {
    return this.call("debug_live_bytes") >>> 0;
  }

  /** Whether the module knows a stream of this id that has seen nothing yet. */
  knows(id: number): boolean {
    this.replies = 0;
    const action = this.call("proxy_on_request_headers", id, UPGRADE.length, 1);
    if (action !== CONTINUE) throw new Error(`an upgrade was held: ${action}`);
    return this.replies === 0;
  }

  private stub(name: string): Call {
    switch (name) {
      case "proxy_get_header_map_pairs":
        return (_map, pointer, size) => this.hand(this.pairs, pointer as number, size as number);
      case "proxy_get_buffer_bytes":
        return (type, _start, _length, pointer, size) =>
          type === BUFFER_PLUGIN_CONFIGURATION
            ? this.hand(Buffer.from(this.config), pointer as number, size as number)
            : NOT_FOUND;
      case "proxy_send_local_response":
        return () => {
          this.replies++;
          return OK;
        };
      case "proxy_get_property":
        return () => NOT_FOUND;
      default:
        return () => OK;
    }
  }

  private hand(bytes: Uint8Array, pointer: number, size: number): number {
    const address = this.call("proxy_on_memory_allocate", bytes.length) >>> 0;
    new Uint8Array(this.memory.buffer).set(bytes, address);
    const view = new DataView(this.memory.buffer);
    view.setUint32(pointer, address, true);
    view.setUint32(size, bytes.length, true);
    return OK;
  }
}

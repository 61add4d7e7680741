/**
 * One HTTP stream: a filter manager with a single filter, driven step by step by a scripted client and upstream.
 * Owns the order of callbacks, local replies, limits and the end of the stream; the two directions are `Half`s.
 * Follows the host notes, sections 2.2 to 2.9. States: before request headers, live, over.
 */
import type { CallbackName } from "./abi.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import type { LocalReply } from "./context.ts";
import { HangError, MisuseError, TrapError, UsageError } from "./errors.ts";
import { Half, type Direction, type HalfOwner } from "./half.ts";
import { utf8 } from "./octets.ts";
import type { HeaderList } from "./pairs.ts";
import {
  directReplyHeaders,
  envoyReply,
  TOO_LARGE,
  UPSTREAM_GONE,
  UPSTREAM_RESET,
} from "./replies.ts";
import type { RootContext } from "./root.ts";
import { SeenMessage } from "./seen_message.ts";
import { StreamContext, type StreamOptions, type StreamParts } from "./stream_context.ts";
import type { Vm } from "./vm.ts";

/** What a stream needs of its host. */
export interface StreamHost {
  readonly headersCanBeHeld: boolean;
  readonly bufferLimit: number;
  /** Whether traps and hangs are thrown, or only end up in the stream's state. */
  readonly traps: "throw" | "model";
  readonly hangs: "throw" | "model";
  takeBuffer(): ByteBuffer;
  returnBuffers(buffers: ByteBuffer[]): void;
  /** Sends the replies that were queued during the callback that has just returned. */
  sendQueued(): void;
  queued(stream: HttpStream): void;
  streamOver(stream: HttpStream): void;
}

/** Marks the end of a message: `{ end: true }` on headers or on a piece of body. */
export interface EndFlag {
  end?: boolean;
}

export class HttpStream implements HalfOwner {
  /** What the upstream received. */
  readonly upstream = new SeenMessage("upstream");
  /** What the client received. */
  readonly client = new SeenMessage("client");
  /** The stream as the module sees it: context id, filter state, host calls. */
  readonly context: StreamContext;
  /** The reply that was sent instead of the upstream's answer. */
  reply: LocalReply | undefined;
  /** Why this stream would hang, when failures are only modelled. */
  hung: string | undefined;
  /** The stream is destroyed: logged, done and deleted. */
  over = false;
  protected readonly request: Half;
  protected readonly response: Half;
  protected readonly vm: Vm;
  private queuedReply: LocalReply | undefined;
  protected created = false;

  /** Not for tests: streams come from the host. */
  constructor(
    protected readonly host: StreamHost,
    protected readonly root: RootContext,
    options: StreamOptions,
  ) {
    this.vm = root.currentVm;
    this.request = new Half("request", this, this.upstream);
    this.response = new Half("response", this, this.client);
    const { request, response } = this;
    const queueReply = (reply: LocalReply): void => this.queueReply(reply);
    this.context = this.createContext({ request, response, queueReply }, options);
  }

  /** Another host sees a stream in another way. */
  protected createContext(parts: StreamParts, options: StreamOptions): StreamContext {
    return new StreamContext(parts, this.root, options);
  }

  /** The client sends headers; the module gets its context just before. */
  requestHeaders(headers: HeaderList, { end = false }: EndFlag = {}): void {
    if (this.request.map !== undefined) throw new UsageError("request headers were sent already");
    this.create();
    this.request.headers(headers, end);
  }

  /** The client sends a piece of body. Ignored once a reply has taken over, as on a real host. */
  requestBody(bytes: Uint8Array | string, { end = false }: EndFlag = {}): void {
    this.checkInput(this.request);
    this.request.data(toBytes(bytes), end);
  }

  /** The client ends its request by trailers. */
  requestTrailers(trailers: HeaderList): void {
    this.checkInput(this.request);
    this.request.trailers(trailers);
  }

  /** The upstream sends headers. Throws UsageError when it never saw the request; ignored after a local reply. */
  responseHeaders(headers: HeaderList, { end = false }: EndFlag = {}): void {
    if (this.ignoresUpstream) return;
    if (this.upstream.headers === undefined)
      throw new UsageError("the upstream never saw the request");
    if (this.response.map !== undefined) throw new UsageError("response headers were sent already");
    this.response.headers(headers, end);
  }

  /** The upstream sends a piece of body. */
  responseBody(bytes: Uint8Array | string, { end = false }: EndFlag = {}): void {
    if (this.ignoresUpstream) return;
    this.checkInput(this.response);
    this.response.data(toBytes(bytes), end);
  }

  /** The upstream ends its answer by trailers. */
  responseTrailers(trailers: HeaderList): void {
    if (this.ignoresUpstream) return;
    this.checkInput(this.response);
    this.response.trailers(trailers);
  }

  /** The client goes away: no callback but log, done and delete. */
  clientReset(): void {
    if (this.over) return;
    this.upstream.reset = this.upstream.headers !== undefined && !this.upstream.ended;
    this.client.reset = true;
    this.destroy();
  }

  /**
   * The upstream connection breaks. Before its headers: a 503 of Envoy through our callbacks. While the filter holds
   * the headers: a 502 of Envoy past our callbacks. Later: the client is reset.
   */
  upstreamReset(): void {
    if (this.ignoresUpstream) return;
    if (this.response.map === undefined) return this.envoyReply(503, UPSTREAM_GONE);
    if (this.client.headers === undefined) return this.sendDirect(envoyReply(502, UPSTREAM_RESET));
    this.resetClient();
  }

  /** Envoy answers by itself (404 without a body, 504, ...): through our callbacks while no answer has begun. */
  envoyReply(status: number, body = ""): void {
    this.queueReply(envoyReply(status, body));
    this.host.sendQueued();
  }

  /** Ends the exchange: throws HangError, with the reason, unless the client has its whole answer. */
  finish(): void {
    if (this.over) return;
    const stuck = this.reply === undefined ? this.request.stuck() : undefined;
    this.reportHang(stuck ?? this.response.stuck() ?? "the stream never ended");
  }

  /** The filter, or Envoy, has answered: what the upstream would say is not wanted. */
  get ignoresUpstream(): boolean {
    return this.over || this.reply !== undefined;
  }

  /** Body bytes that the client has sent. */
  get requestBytes(): number {
    return this.request.bytesIn;
  }

  /** Number of host calls made in this stream's callbacks. */
  get hostCalls(): number {
    return this.context.calls.reduce((sum, count) => sum + count, 0);
  }

  /** Host calls by import name; imports that were not called are left out. */
  get hostCallsByName(): Record<string, number> {
    const result: Record<string, number> = {};
    this.vm.plugin.imports.forEach(({ name }, index) => {
      const count = this.context.calls[index] as number;
      if (count > 0) result[name] = (result[name] ?? 0) + count;
    });
    return result;
  }

  /** A context that exists only to be logged: Envoy refused the request before the filter chain ran. */
  logOnly(): void {
    this.create();
    this.destroy();
  }

  // --- for the two directions (HalfOwner) ---

  get headersCanBeHeld(): boolean {
    return this.host.headersCanBeHeld;
  }

  get bufferLimit(): number {
    return this.host.bufferLimit;
  }

  callback(name: CallbackName, first: number, second: number): number | undefined {
    if (this.vm.failure !== undefined) return this.failed(this.vm.failure);
    const before = this.reply;
    try {
      const result = this.vm.call(name, this.context, first, second);
      this.host.sendQueued();
      return this.reply !== before || this.over ? undefined : result;
    } catch (error) {
      if (error instanceof TrapError) return this.failed(error);
      throw error;
    }
  }

  overflow(direction: Direction, deferred: boolean): void {
    this.queueReply(TOO_LARGE[direction]);
    if (!deferred) this.host.sendQueued();
  }

  hang(why: string): void {
    this.reportHang(why);
  }

  delivered(direction: Direction): void {
    const toHead = direction === "response" && this.request.map?.get(":method") === "HEAD";
    const message = direction === "request" ? this.upstream : this.client;
    try {
      message.finish(toHead);
    } finally {
      if (direction === "response") this.destroy();
    }
  }

  takeBuffer(): ByteBuffer {
    return this.host.takeBuffer();
  }

  private queueReply(reply: LocalReply): void {
    // Envoy's own reply is prepared during the callback, the filter's only after it: the former wins.
    // Otherwise the first of one callback counts.
    const earlier = this.queuedReply;
    if (earlier !== undefined && (reply.origin === "filter" || earlier.origin === "envoy")) return;
    this.queuedReply = reply;
    if (earlier === undefined) this.host.queued(this);
  }

  // --- for the host ---

  /** Sends the queued reply, if any, by the way that is still open. */
  sendQueuedReply(): void {
    const reply = this.queuedReply;
    this.queuedReply = undefined;
    if (reply === undefined || this.over) return;
    if (this.response.map !== undefined) {
      this.reply = reply;
      if (this.client.headers === undefined) this.sendDirect(reply);
      else this.resetClient();
      return;
    }
    this.reply = reply;
    this.request.closed = true;
    const toHead = this.request.map?.get(":method") === "HEAD";
    const end = reply.body.length === 0 || toHead;
    this.response.headers(directReplyHeaders(reply), end);
    if (!end) this.response.data(reply.body, true);
  }

  protected create(): void {
    if (this.created) throw new UsageError("the stream has begun already");
    this.created = true;
    if (this.vm.failure !== undefined) return;
    this.context.id = this.takeId();
    this.vm.contexts.set(this.context.id, this.context);
    this.callback("proxy_on_context_create", this.root.id, 0);
  }

  protected takeId(): number {
    return this.vm.takeId();
  }

  private checkInput(half: Half): void {
    if (half.map === undefined) throw new UsageError(`no ${half.direction} headers were sent`);
    if (half.inputEnded && !this.over && !half.closed) {
      throw new UsageError(`the ${half.direction} was ended already`);
    }
  }

  protected reportHang(why: string): void {
    this.hung = why;
    if (this.host.hangs === "throw") throw new HangError(why);
  }

  private sendDirect(reply: LocalReply): void {
    this.reply = reply;
    this.client.begin(directReplyHeaders(reply));
    this.client.data(reply.body);
    this.delivered("response");
  }

  private resetClient(): void {
    this.client.reset = true;
    this.destroy();
  }

  /** The VM has failed: a bare 503, or a reset when the answer has begun. */
  private failed(error: TrapError): undefined {
    if (!this.over) {
      if (this.client.headers === undefined)
        this.sendDirect(envoyReply(503, "", "wasm_fail_stream"));
      else this.resetClient();
      if (this.host.traps === "throw") throw error;
    }
    return undefined;
  }

  protected destroy(): void {
    if (this.over) return;
    this.over = true;
    try {
      this.sayGoodbye();
    } finally {
      this.vm.contexts.delete(this.context.id);
      this.host.returnBuffers([
        ...this.request.releaseBuffers(),
        ...this.response.releaseBuffers(),
      ]);
      try {
        this.host.streamOver(this);
      } finally {
        this.root.leave();
      }
    }
  }

  protected sayGoodbye(): void {
    if (this.vm.failure !== undefined || this.context.id === 0) return;
    try {
      this.context.logging = true;
      this.vm.call("proxy_on_log", this.context);
      this.context.logging = false;
      if (this.vm.call("proxy_on_done", this.context) === 0) {
        throw new MisuseError("proxy_on_done returned 0: deletion would wait for proxy_done");
      }
      this.vm.call("proxy_on_delete", this.context);
    } catch (error) {
      if (!(error instanceof TrapError) || this.host.traps === "throw") throw error;
    }
  }
}

/** Text as UTF-8; bytes as they are. */
export function toBytes(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === "string" ? utf8(bytes) : bytes;
}

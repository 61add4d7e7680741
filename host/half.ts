/**
 * One direction of a stream inside the filter manager: which bytes the filter sees, what it holds back and what goes
 * on. Knows nothing of the other direction, of replies or of the end of the stream; those are the owner's.
 * Follows the host notes, sections 2.3 and 2.4. States: headers open or passed on, buffering or not, stopped for good.
 */
import { DataAction, HeadersAction, type CallbackName } from "./abi.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import { HeaderMap } from "./headers.ts";
import type { HeaderList } from "./pairs.ts";
import type { SeenMessage } from "./seen_message.ts";

export type Direction = "request" | "response";

/** What a half needs of its stream. */
export interface HalfOwner {
  readonly headersCanBeHeld: boolean;
  readonly bufferLimit: number;
  /** The stream is destroyed: nothing moves any more. */
  readonly over: boolean;
  /** Calls the filter; undefined when a reply or a failure has taken over. */
  callback(name: CallbackName, first: number, second: number): number | undefined;
  /** What is held exceeds the limit. `deferred`: acted on after the next callback instead of at once. */
  overflow(direction: Direction, deferred: boolean): void;
  /** The filter has stopped an ended message: nothing will ever move it. */
  hang(why: string): void;
  /** The receiving side has the whole message. */
  delivered(direction: Direction): void;
  takeBuffer(): ByteBuffer;
}

const CALLBACKS = {
  request: {
    headers: "proxy_on_request_headers",
    body: "proxy_on_request_body",
    trailers: "proxy_on_request_trailers",
  },
  response: {
    headers: "proxy_on_response_headers",
    body: "proxy_on_response_body",
    trailers: "proxy_on_response_trailers",
  },
} as const;

export class Half {
  map: HeaderMap | undefined;
  trailerMap: HeaderMap | undefined;
  /** The filter may still read and change the headers. */
  headersOpen = false;
  trailersOpen = false;
  /** The bytes that the filter may read and change right now. */
  current: ByteBuffer | undefined;
  /** The sender has sent everything. */
  inputEnded = false;
  /** Bytes of body that have come in, whether the filter saw them or not. */
  bytesIn = 0;
  /** Nothing more is taken in: a reply has taken over. */
  closed = false;
  private held: ByteBuffer | undefined;
  private chunk: ByteBuffer | undefined;
  private buffering = false;
  private stoppedBy: number = HeadersAction.Continue;

  constructor(
    readonly direction: Direction,
    private readonly owner: HalfOwner,
    private readonly receiver: SeenMessage,
  ) {}

  /** Headers come in. `end`: there is no body. */
  headers(list: HeaderList, end: boolean): void {
    this.map = new HeaderMap(list, this.direction === "request");
    this.headersOpen = true;
    this.inputEnded = end;
    const action = this.owner.callback(
      CALLBACKS[this.direction].headers,
      this.map.size,
      end ? 1 : 0,
    );
    if (action === undefined) return;
    if (action === HeadersAction.Continue || action === HeadersAction.ContinueAndDontEndStream) {
      this.headersOpen = false;
      this.passHeaders();
      if (!end) return;
      if (action === HeadersAction.Continue) this.deliver();
      else this.hang("headers went on without their end, and no body follows");
      return;
    }
    if (action > HeadersAction.StopIteration || !this.owner.headersCanBeHeld) {
      this.stoppedBy = Math.max(
        Math.min(action, HeadersAction.StopAllAndWatermark),
        HeadersAction.StopAllAndBuffer,
      );
    }
    if (end) this.hang("headers held although the message has ended");
  }

  /** A piece of body comes in, possibly empty. `end`: it is the last. */
  data(bytes: Uint8Array, end: boolean): void {
    this.bytesIn += bytes.length;
    this.inputEnded = end;
    if (this.closed || this.owner.over) return;
    if (this.stoppedBy !== HeadersAction.Continue) return this.collectStopped(bytes);
    const held = this.takeIn(bytes);
    if (this.owner.over) return;
    const seen = (this.current = this.buffering ? held : this.fresh(bytes));
    const action = this.owner.callback(CALLBACKS[this.direction].body, seen.length, end ? 1 : 0);
    this.current = undefined;
    if (action === undefined || this.owner.over) return;
    this.afterData(seen, Math.min(action, DataAction.Drop), end);
  }

  /** Trailers come in: the end of the message, told by no body callback. */
  trailers(list: HeaderList): void {
    this.inputEnded = true;
    if (this.closed || this.owner.over) return;
    if (this.stoppedBy !== HeadersAction.Continue) return;
    this.trailerMap = new HeaderMap(list, false);
    this.trailersOpen = true;
    this.current = this.buffering ? this.held : undefined;
    const action = this.owner.callback(CALLBACKS[this.direction].trailers, this.trailerMap.size, 0);
    this.current = undefined;
    if (action === undefined || this.owner.over) return;
    if (action !== 0) return this.hang("trailers held: nothing follows them");
    // The headers stay open, unlike after a body callback (measured on Envoy 1.40).
    this.trailersOpen = this.buffering = false;
    this.passHeaders();
    this.passHeld();
    this.receiver.trailers = this.trailerMap.snapshot();
    this.deliver();
  }

  /** What is stuck here, for a failure message; undefined when nothing is. */
  stuck(): string | undefined {
    if (this.map === undefined) return `the ${this.direction} never came`;
    if (!this.inputEnded) return `the ${this.direction} was never ended by its sender`;
    if (this.stoppedBy !== HeadersAction.Continue) {
      return `the ${this.direction} headers are stopped for good: no further callback comes`;
    }
    return this.receiver.ended ? undefined : `the ${this.direction} is held`;
  }

  /**
   * Checks the limit after the filter has changed what is held. A request is answered after the callback; a response
   * is ended on the spot, with `proxy_on_log`, `proxy_on_done` and `proxy_on_delete` running inside the host call that
   * changed the body (measured on Envoy 1.40).
   */
  edited(): void {
    if (this.owner.over || this.current !== this.held || !this.overLimit()) return;
    this.owner.overflow(this.direction, this.direction === "request");
  }

  /** The buffers of this half, which the owner may use for other streams. */
  releaseBuffers(): ByteBuffer[] {
    // A buffer that a running callback is looking at stays with it, also when the stream is over already.
    const buffers = [this.held, this.chunk].filter((buffer) => buffer !== undefined);
    return this.current === undefined ? buffers : [];
  }

  /** Adds to the accumulation when there is one; a request over the limit is still shown to the filter. */
  private takeIn(bytes: Uint8Array): ByteBuffer {
    this.held ??= this.owner.takeBuffer();
    if (this.buffering) {
      this.held.append(bytes);
      if (this.overLimit()) this.owner.overflow(this.direction, this.direction === "request");
    }
    return this.held;
  }

  private fresh(bytes: Uint8Array): ByteBuffer {
    this.chunk ??= this.owner.takeBuffer();
    this.chunk.clear();
    this.chunk.append(bytes);
    return this.chunk;
  }

  private afterData(seen: ByteBuffer, action: number, end: boolean): void {
    this.buffering = action === DataAction.Buffer;
    if (action === DataAction.Continue) {
      this.headersOpen = false;
      this.passHeaders();
      if (this.held !== undefined && seen !== this.held && this.held.length > 0) {
        this.held.append(seen.view());
        this.passHeld();
      } else {
        this.receiver.data(seen.take());
      }
      if (end) this.deliver();
      return;
    }
    if (action !== DataAction.Drop && seen !== this.held) this.held?.append(seen.view());
    if (this.buffering && this.overLimit()) return this.owner.overflow(this.direction, false);
    if (end) this.hang(`body callback returned ${action} at the end of the message`);
  }

  private collectStopped(bytes: Uint8Array): void {
    if (this.stoppedBy !== HeadersAction.StopAllAndBuffer) return;
    this.held ??= this.owner.takeBuffer();
    this.held.append(bytes);
    if (this.overLimit()) this.owner.overflow(this.direction, false);
  }

  private overLimit(): boolean {
    return this.held !== undefined && this.held.length > this.owner.bufferLimit;
  }

  private passHeaders(): void {
    if (this.receiver.headers === undefined) this.receiver.begin(this.map?.snapshot() ?? []);
  }

  private passHeld(): void {
    if (this.held !== undefined && this.held.length > 0) this.receiver.data(this.held.take());
  }

  private deliver(): void {
    this.owner.delivered(this.direction);
  }

  private hang(why: string): void {
    this.owner.hang(`${this.direction}: ${why}`);
  }
}

/**
 * A stream as the host functions see it: which header maps and bodies are reachable at this moment, its properties
 * and its filter state. Decides nothing about the course of the stream.
 */
import { BufferType, MapType } from "./abi.ts";
import type { ByteBuffer } from "./byte_buffer.ts";
import {
  byPath,
  readSource,
  type GuestContext,
  type LocalReply,
  type PropertySource,
  type PropertyTable,
  type PropertyValue,
} from "./context.ts";
import type { Half } from "./half.ts";
import { MisuseError } from "./errors.ts";
import { HeaderMap } from "./headers.ts";
import type { RootContext } from "./root.ts";
import { exchangeProperty, storedProperty } from "./stream_properties.ts";

const NO_HEADERS = new HeaderMap([], false);

export interface StreamOptions {
  /** Properties of this stream, over those of its root. */
  properties?: PropertyTable;
  /** Filter state to start from, and to write to: shared between the filters and the attempts of one request. */
  filterState?: Map<string, Uint8Array>;
}

/** The two directions of the stream, and where its local replies go. */
export interface StreamParts {
  request: Half;
  response: Half;
  queueReply(reply: LocalReply): void;
}

export class StreamContext implements GuestContext {
  id = 0;
  readonly calls: Uint32Array;
  readonly filterState: Map<string, Uint8Array>;
  /** How often a change of request headers made the host choose the route anew. */
  routeCacheClears = 0;
  /** While `proxy_on_log` runs both header maps can be read, and nothing can be written. */
  logging = false;
  private readonly table: Map<string, PropertySource>;

  constructor(
    private readonly parts: StreamParts,
    private readonly root: RootContext,
    options: StreamOptions,
  ) {
    this.filterState = options.filterState ?? new Map<string, Uint8Array>();
    this.table = byPath(options.properties ?? {});
    this.calls = new Uint32Array(root.calls.length);
  }

  headerMap(kind: number, access: "read" | "write"): HeaderMap | undefined {
    const { request, response } = this.parts;
    if (this.logging) return access === "read" ? this.loggedMap(kind) : undefined;
    switch (kind) {
      case MapType.RequestHeaders:
        return request.headersOpen ? request.map : undefined;
      case MapType.RequestTrailers:
        return request.trailersOpen ? request.trailerMap : undefined;
      case MapType.ResponseHeaders:
        return response.headersOpen ? response.map : undefined;
      case MapType.ResponseTrailers:
        return response.trailersOpen ? response.trailerMap : undefined;
      default:
        return undefined;
    }
  }

  headersEdited(kind: number): void {
    if (kind !== MapType.RequestHeaders) return;
    if (this.parts.response.map !== undefined) {
      throw new MisuseError(
        "request headers changed in a response callback: Envoy reports a bug of its own",
      );
    }
    this.routeCacheClears++;
  }

  body(kind: number): ByteBuffer | undefined {
    return this.halfOf(kind)?.current;
  }

  bodyEdited(kind: number): void {
    this.halfOf(kind)?.edited();
  }

  configuration(): Uint8Array | undefined {
    return undefined;
  }

  property(path: string): PropertyValue | undefined {
    const { request, response } = this.parts;
    const readable = this.logging || request.headersOpen;
    return (
      readSource(this.table.get(path)) ??
      exchangeProperty(path, readable ? request.map : undefined, request.bytesIn, response.map) ??
      this.root.property(path) ??
      storedProperty(path, this.filterState)
    );
  }

  setProperty(path: string, value: Uint8Array): void {
    this.filterState.set(path, value);
  }

  queueReply(reply: LocalReply): void {
    this.parts.queueReply(reply);
  }

  setTickPeriod(ms: number): void {
    this.root.setTickPeriod(ms);
  }

  private halfOf(kind: number): Half | undefined {
    if (kind === BufferType.RequestBody) return this.parts.request;
    return kind === BufferType.ResponseBody ? this.parts.response : undefined;
  }

  /** Envoy shows the log an empty map where there is none, and no request trailers at all. */
  private loggedMap(kind: number): HeaderMap | undefined {
    const { request, response } = this.parts;
    switch (kind) {
      case MapType.RequestHeaders:
        return request.map ?? NO_HEADERS;
      case MapType.ResponseHeaders:
        return response.map ?? NO_HEADERS;
      case MapType.RequestTrailers:
        return NO_HEADERS;
      case MapType.ResponseTrailers:
        return response.trailerMap ?? NO_HEADERS;
      default:
        return undefined;
    }
  }
}

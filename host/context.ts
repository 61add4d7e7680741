/** What a host function may do with the context that is current: the seam between imports and streams or roots. */
import type { ByteBuffer } from "./byte_buffer.ts";
import type { HeaderMap } from "./headers.ts";
import type { HeaderList } from "./pairs.ts";

/**
 * A property as a scenario gives it. Strings go out as UTF-8, numbers and bigints as 8 bytes little endian, booleans
 * as one byte, lists as serialised pairs, bytes as they are; a function is asked at each read.
 */
export type PropertyValue = string | number | bigint | boolean | Uint8Array | HeaderList;
export type PropertySource = PropertyValue | undefined | (() => PropertyValue | undefined);

/** Properties by path; segments are joined by dots, or by NUL where a segment has a dot of its own. */
export type PropertyTable = Readonly<Record<string, PropertySource>>;

/** A reply that the filter, or Envoy itself, sends instead of the upstream. */
export interface LocalReply {
  status: number;
  headers: HeaderList;
  body: Uint8Array;
  /** Envoy's response code details. */
  details: string;
  origin: "filter" | "envoy";
}

/** A root or stream context, as the host functions see it. */
export interface GuestContext {
  readonly id: number;
  /** Host calls made while this context was running, by position of the import in the module. */
  readonly calls: Uint32Array;
  /** The map of this number, or undefined while it is gone or may not be written. */
  headerMap(kind: number, access: "read" | "write"): HeaderMap | undefined;
  /** Called after each change of a header map. */
  headersEdited(kind: number): void;
  /** The request or response body that is readable at this moment. */
  body(kind: number): ByteBuffer | undefined;
  /** Called after each change of a body. */
  bodyEdited(kind: number): void;
  /** The plugin configuration, while it is being read. */
  configuration(): Uint8Array | undefined;
  /** `path` has its segments joined by NUL. */
  property(path: string): PropertyValue | undefined;
  setProperty(path: string, value: Uint8Array): void;
  /** Remembers a reply, to be sent when the running callback has returned. */
  queueReply(reply: LocalReply): void;
  setTickPeriod(ms: number): void;
}

/** Normalises the keys of a property table to NUL-joined paths. */
export function byPath(table: PropertyTable): Map<string, PropertySource> {
  const result = new Map<string, PropertySource>();
  for (const [key, value] of Object.entries(table)) {
    result.set(key.includes("\0") ? key : key.replaceAll(".", "\0"), value);
  }
  return result;
}

/** Reads a source; functions are asked. */
export function readSource(source: PropertySource): PropertyValue | undefined {
  return typeof source === "function" ? source() : source;
}

/** Test-only: binary event streams and what Bedrock wraps in them; part of the probe entry. */
import { makeStruct } from "./bytes/records";
import { Writer } from "./bytes/writer";
import { EventStreamDecoder } from "./eventstream/decoder";
import { HeaderName } from "./eventstream/header_names";
import { JsonCursor } from "./json/cursor";
import { putNativeFrame, UNWRAPPED, unwrapMessage } from "./wire/bedrock_stream";

export { crc32 } from "./bytes/crc32";
export { closeEventStream, openEventStream } from "./eventstream/open";
export { dropUnwrapped } from "./wire/bedrock_stream";

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

export function eventStreamFeed(decoder: EventStreamDecoder, ptr: usize, len: u32): void {
  decoder.feed(ptr, len);
}

export function eventStreamEnd(decoder: EventStreamDecoder): void {
  decoder.end();
}

export function eventStreamNext(decoder: EventStreamDecoder): bool {
  return decoder.next();
}

export function eventStreamStatus(decoder: EventStreamDecoder): u32 {
  return decoder.status;
}

export function eventStreamType(decoder: EventStreamDecoder): u32 {
  return decoder.type;
}

export function eventStreamPayloadPtr(decoder: EventStreamDecoder): usize {
  return decoder.payloadPtr;
}

export function eventStreamPayloadLen(decoder: EventStreamDecoder): u32 {
  return decoder.payloadLen;
}

/** Address of a known header's text; 0 when the message has none. */
export function eventStreamHeaderPtr(decoder: EventStreamDecoder, name: HeaderName): usize {
  return decoder.headers.ptr(name);
}

export function eventStreamHeaderLen(decoder: EventStreamDecoder, name: HeaderName): u32 {
  return decoder.headers.len(name);
}

/** Unwraps the decoder's message; the result stands in `unwrappedWriter`. */
export function bedrockUnwrap(decoder: EventStreamDecoder): u32 {
  return unwrapMessage(CURSOR, decoder);
}

export function unwrappedWriter(): Writer {
  return UNWRAPPED;
}

export function bedrockPutFrame(maxDepth: u32, out: Writer): bool {
  return putNativeFrame(CURSOR, maxDepth, out, UNWRAPPED.start, UNWRAPPED.length);
}

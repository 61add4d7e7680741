/**
 * Bedrock's binary frames around a stream that was written down as server-sent events: one message for each event's
 * data. Format: AWS event stream encoding; only what a `chunk` needs.
 */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const STRING_HEADER = 7;
const encoder = new TextEncoder();

/** The media type that announces such frames. */
export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++)
    value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of IEEE 802.3. */
function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] as number);
  return (value ^ 0xffffffff) >>> 0;
}

function stringHeader(name: string, value: string): Uint8Array {
  const key = encoder.encode(name);
  const text = encoder.encode(value);
  const out = new Uint8Array(1 + key.length + 3 + text.length);
  out[0] = key.length;
  out.set(key, 1);
  out[1 + key.length] = STRING_HEADER;
  new DataView(out.buffer).setUint16(2 + key.length, text.length);
  out.set(text, 4 + key.length);
  return out;
}

const CHUNK_HEADERS = joinBytes([
  stringHeader(":event-type", "chunk"),
  stringHeader(":content-type", "application/json"),
  stringHeader(":message-type", "event"),
]);

function frame(payload: Uint8Array): Uint8Array {
  const total = PRELUDE_BYTES + CHUNK_HEADERS.length + payload.length + CHECKSUM_BYTES;
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  view.setUint32(0, total);
  view.setUint32(4, CHUNK_HEADERS.length);
  view.setUint32(8, crc32(out.subarray(0, 8)));
  out.set(CHUNK_HEADERS, PRELUDE_BYTES);
  out.set(payload, PRELUDE_BYTES + CHUNK_HEADERS.length);
  view.setUint32(total - CHECKSUM_BYTES, crc32(out.subarray(0, total - CHECKSUM_BYTES)));
  return out;
}

function base64(text: string): string {
  let binary = "";
  for (const byte of encoder.encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The data of every event of `text`; comments and names are left out. */
export function eventData(text: string): string[] {
  return text
    .split(/\r?\n\r?\n/)
    .map((block) =>
      block
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).replace(/^ /, ""))
        .join("\n"),
    )
    .filter((data) => data !== "");
}

/** One frame for each event of a server-sent stream, as Bedrock sends them. */
export function bedrockFrames(events: string): Uint8Array[] {
  return eventData(events).map((data) =>
    frame(encoder.encode(JSON.stringify({ bytes: base64(data), p: "abcd" }))),
  );
}

/** Blocks one after the other in a new block. */
export function joinBytes(blocks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    out.set(block, at);
    at += block.length;
  }
  return out;
}

/**
 * Makes binary event streams. Whole messages come from the AWS clients' own encoder; `rawMessage` makes what it refuses to, with
 * right checksums.
 */
import { crc32 } from "node:zlib";
import { EventStreamCodec } from "@smithy/core/event-streams";

export type Bytes = Uint8Array<ArrayBuffer>;
type Headers = Parameters<EventStreamCodec["encode"]>[0]["headers"];
export type HeaderValue = Headers[string];

const text = (value: string): HeaderValue => ({ type: "string", value });
const utf8 = (value: string): Bytes => new Uint8Array(Buffer.from(value, "utf8"));

/** The encoder and decoder of the AWS clients. */
export const CODEC = new EventStreamCodec((input) => {
  return typeof input === "string" ? input : Buffer.from(input).toString("utf8");
}, utf8);

/** A message with these headers, in their order. */
export function encodeMessage(headers: Headers, payload: Uint8Array | string): Bytes {
  const body = typeof payload === "string" ? utf8(payload) : payload;
  return new Uint8Array(CODEC.encode({ headers, body }));
}

/** A message whose headers are these bytes; the lengths in its prelude may be wrong, the checksums are not. */
export function rawMessage(
  headers: Uint8Array,
  payload: Uint8Array | string,
  lengths: { total?: number; headers?: number } = {},
): Bytes {
  const body = typeof payload === "string" ? utf8(payload) : payload;
  const bytes = Buffer.alloc(16 + headers.length + body.length);
  bytes.writeUInt32BE(lengths.total ?? bytes.length, 0);
  bytes.writeUInt32BE(lengths.headers ?? headers.length, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
  bytes.set(headers, 12);
  bytes.set(body, 12 + headers.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return new Uint8Array(bytes);
}

/** A `chunk` of Bedrock around a Messages event, with padding as Bedrock adds it. */
export function bedrockChunk(event: object | string): Bytes {
  const json = typeof event === "string" ? event : JSON.stringify(event);
  const bytes = Buffer.from(json, "utf8").toString("base64");
  return encodeMessage(
    {
      ":event-type": text("chunk"),
      ":content-type": text("application/json"),
      ":message-type": text("event"),
    },
    JSON.stringify({ bytes, p: "abcdefgh".slice(0, json.length % 9) }),
  );
}

/** An exception of Bedrock. */
export function bedrockException(type: string, payload: object | string): Bytes {
  return encodeMessage(
    {
      ":exception-type": text(type),
      ":content-type": text("application/json"),
      ":message-type": text("exception"),
    },
    typeof payload === "string" ? payload : JSON.stringify(payload),
  );
}

/** An error in the headers alone, as the service's front end sends it. */
export function bedrockError(code: string, message: string, payload = ""): Bytes {
  return encodeMessage(
    {
      ":error-code": text(code),
      ":error-message": text(message),
      ":message-type": text("error"),
    },
    payload,
  );
}

/** Messages one after the other. */
export function joined(...messages: Uint8Array[]): Bytes {
  return new Uint8Array(Buffer.concat(messages));
}

/**
 * What Bedrock would send of a stream written down as events: a chunk for each event's data, an exception for each comment
 * `: name {payload}`.
 */
export function bedrockMessages(events: string): Bytes {
  const blocks = events.split("\n\n").filter((block) => block !== "");
  return joined(...blocks.map(bedrockMessage));
}

function bedrockMessage(block: string): Bytes {
  const data = /^data: (.*)$/m.exec(block)?.[1];
  if (data !== undefined) return bedrockChunk(data);
  const [, name, payload] = /^: (\w+) (.*)$/.exec(block) ?? [];
  if (name === undefined || payload === undefined) throw new Error(`no event: ${block}`);
  return bedrockException(name, payload);
}

/**
 * Messages of a Bedrock stream (`invoke-with-response-stream`): unwraps the Messages event that each carries, and makes error
 * events of exceptions. Source: docs/streaming.md, "Bedrock framing".
 */
import * as L from "../bytes/literals";
import { decodeBase64 } from "../bytes/base64";
import { Ascii } from "../bytes/ascii";
import { equalsLiteral } from "../bytes/compare";
import { makeStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { EventStreamDecoder } from "../eventstream/decoder";
import { HeaderName } from "../eventstream/header_names";
import { MessageType } from "../eventstream/message_types";
import { JsonCursor } from "../json/cursor";
import { readInteger } from "../json/number";
import { JsonKind } from "../json/status";
import { escapeInto, unescapeInto } from "../json/string";
import { beginData, endData } from "../sse/encoder";
import { ErrorType, errorTypeName } from "./anthropic/error_types";
import { BedrockException, findBedrockException } from "./bedrock_exceptions";
import { BedrockKey, findBedrockKey } from "./bedrock_keys";
import { typeOfStatus } from "./upstream_error";

/** What a message of the stream is. */
export const enum Unwrapped {
  /** Of a type that we do not know, or without an event: to be passed over. */
  Ignored = 0,
  /** UNWRAPPED holds an event of the Messages API. */
  Event = 1,
  /** UNWRAPPED holds an error event of the Messages API, made of an exception; it is the stream's last. */
  Error = 2,
  /** A payload that is not what it should be. */
  Invalid = 3,
  NoMemory = 4,
}

/** The event unwrapped last, as JSON. Valid until the next `unwrapMessage` or `dropUnwrapped`. */
export const UNWRAPPED: Writer = makeWriter();

/** A block above this size is given back by `dropUnwrapped`. */
const KEEP: u32 = 65536;
const MAX_DEPTH: u32 = 32;
/** An error event besides its texts. */
const ERROR_HEAD: u32 = 256;
/** Bytes that one byte may have as an escape. */
const ESCAPED_BYTES: u32 = 6;

/** Members of a payload; spans are tokens of it, quotes included, and 0 where there is none. */
@unmanaged
@final
class Payload {
  bytesPtr: usize;
  bytesLen: u32;
  messagePtr: usize;
  messageLen: u32;
  originalPtr: usize;
  originalLen: u32;
  originalStatus: i64; // 0: none
}

const PAYLOAD: Payload = makeStruct<Payload>();

/** Forgets the event unwrapped last; a large block is given back. */
export function dropUnwrapped(): void {
  UNWRAPPED.finish(KEEP);
}

/** Unwraps the message that the decoder answered last into UNWRAPPED. */
export function unwrapMessage(c: JsonCursor, message: EventStreamDecoder): Unwrapped {
  switch (message.type) {
    case MessageType.Event:
      return unwrapEvent(c, message);
    case MessageType.Exception:
      return unwrapException(c, message, HeaderName.ExceptionType);
    case MessageType.Error:
      return unwrapException(c, message, HeaderName.ErrorCode);
    default:
      return Unwrapped.Ignored;
  }
}

function unwrapEvent(c: JsonCursor, message: EventStreamDecoder): Unwrapped {
  const headers = message.headers;
  if (
    !equalsLiteral(
      headers.ptr(HeaderName.EventType),
      headers.len(HeaderName.EventType),
      L.CHUNK_WORD,
    )
  )
    return Unwrapped.Ignored;
  if (!readPayload(c, message)) return Unwrapped.Invalid;
  if (PAYLOAD.bytesLen <= 2) return Unwrapped.Ignored;
  const len = PAYLOAD.bytesLen - 2;
  UNWRAPPED.begin(len, len);
  unescapeInto(UNWRAPPED, PAYLOAD.bytesPtr + 1, len);
  if (UNWRAPPED.failed) return Unwrapped.NoMemory;
  return decodeBase64(UNWRAPPED) ? Unwrapped.Event : Unwrapped.Invalid;
}

/** Reads the payload into PAYLOAD; false when it is no object, or when a member is not the text that it should be. */
function readPayload(c: JsonCursor, message: EventStreamDecoder): bool {
  PAYLOAD.bytesPtr = PAYLOAD.messagePtr = PAYLOAD.originalPtr = 0;
  PAYLOAD.bytesLen = PAYLOAD.messageLen = PAYLOAD.originalLen = 0;
  PAYLOAD.originalStatus = 0;
  c.open(message.payloadPtr, message.payloadLen, MAX_DEPTH);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    if (!readMember(c, findBedrockKey(c.keyPtr, c.keyLen))) return false;
  }
  return c.finish();
}

function readMember(c: JsonCursor, key: BedrockKey): bool {
  switch (key) {
    case BedrockKey.Bytes:
      if (!c.skipKind(JsonKind.String)) return false;
      PAYLOAD.bytesPtr = c.valuePtr;
      PAYLOAD.bytesLen = c.valueLen;
      return true;
    case BedrockKey.Message:
    case BedrockKey.MessageUpper:
      if (!c.skipKind(JsonKind.String)) return false;
      PAYLOAD.messagePtr = c.valuePtr;
      PAYLOAD.messageLen = c.valueLen;
      return true;
    case BedrockKey.OriginalMessage:
      if (!c.skipKind(JsonKind.String)) return false;
      PAYLOAD.originalPtr = c.valuePtr;
      PAYLOAD.originalLen = c.valueLen;
      return true;
    case BedrockKey.OriginalStatusCode:
      if (!c.skipKind(JsonKind.Number)) return false;
      if (c.valuePtr != 0) PAYLOAD.originalStatus = readInteger(c.valuePtr, c.valueLen);
      return true;
    default:
      return c.skip();
  }
}

/** An error event of an exception or an error: the upstream's words where it has any, else the name of what happened. */
function unwrapException(
  c: JsonCursor,
  message: EventStreamDecoder,
  nameHeader: HeaderName,
): Unwrapped {
  const headers = message.headers;
  const namePtr = headers.ptr(nameHeader);
  const nameLen = headers.len(nameHeader);
  const textLen = headers.len(HeaderName.ErrorMessage);
  const readable = readPayload(c, message);
  const type = typeOfException(findBedrockException(namePtr, nameLen));
  const cap = ERROR_HEAD + message.payloadLen + ESCAPED_BYTES * (nameLen + textLen);
  UNWRAPPED.begin(ERROR_HEAD, cap);
  UNWRAPPED.literal(L.ANTHROPIC_ERROR_OPEN);
  UNWRAPPED.literal(errorTypeName(type));
  UNWRAPPED.literal(L.ANTHROPIC_ERROR_MESSAGE);
  if (textLen > 0) escapeInto(UNWRAPPED, headers.ptr(HeaderName.ErrorMessage), textLen);
  else if (!readable || !putPayloadMessage()) putName(namePtr, nameLen);
  UNWRAPPED.byte(Ascii.Quote);
  UNWRAPPED.literal(L.ERROR_CLOSE);
  return UNWRAPPED.failed ? Unwrapped.NoMemory : Unwrapped.Error;
}

/** What the model said counts more than what Bedrock says of it. False when there is neither. */
function putPayloadMessage(): bool {
  if (PAYLOAD.originalLen > 2) UNWRAPPED.put(PAYLOAD.originalPtr + 1, PAYLOAD.originalLen - 2);
  else if (PAYLOAD.messageLen > 2) UNWRAPPED.put(PAYLOAD.messagePtr + 1, PAYLOAD.messageLen - 2);
  else return false;
  return true;
}

function putName(ptr: usize, len: u32): void {
  UNWRAPPED.literal(L.TEXT_STREAM_EXCEPTION);
  if (len > 0) escapeInto(UNWRAPPED, ptr, len);
  else UNWRAPPED.literal(L.TEXT_AN_ERROR);
  UNWRAPPED.byte(Ascii.Dot);
}

/** Type of an exception. Source: docs/streaming.md, "Exceptions". */
function typeOfException(exception: BedrockException): ErrorType {
  switch (exception) {
    case BedrockException.Throttling:
      return ErrorType.RateLimit;
    case BedrockException.Validation:
      return ErrorType.InvalidRequest;
    case BedrockException.ModelTimeout:
      return ErrorType.Timeout;
    case BedrockException.ServiceUnavailable:
      return ErrorType.Overloaded;
    case BedrockException.ModelStreamError: {
      const status = PAYLOAD.originalStatus;
      return status >= 400 && status <= 599 ? typeOfStatus(<u32>status) : ErrorType.Api;
    }
    default:
      return ErrorType.Api;
  }
}

/**
 * Appends an event, `len` bytes at `ptr`, as a frame of a native stream: `event: <type>`, `data: <json>`. Bedrock's own member of
 * `message_stop` is left out; otherwise the JSON keeps its bytes, with line breaks between tokens as spaces. False when it is no
 * object.
 */
export function putNativeFrame(
  c: JsonCursor,
  maxDepth: u32,
  out: Writer,
  ptr: usize,
  len: u32,
): bool {
  c.open(ptr, len, maxDepth);
  if (!c.enterObject()) return false;
  let typePtr: usize = 0;
  let typeLen: u32 = 0;
  let hasMetrics = false;
  while (c.nextKey()) {
    if (c.keyIs(L.INVOCATION_METRICS)) hasMetrics = true;
    const isType = c.keyIs(L.TYPE) && c.kind() == JsonKind.String;
    if (!c.skip()) return false;
    if (!isType) continue;
    typePtr = c.valuePtr + 1;
    typeLen = c.valueLen - 2;
  }
  if (!c.finish()) return false;
  if (typeLen > 0) {
    out.literal(L.EVENT_NAME);
    out.put(typePtr, typeLen);
    out.byte(Ascii.LineFeed);
  }
  beginData(out);
  if (hasMetrics) putWithoutMetrics(c, maxDepth, out, ptr, len);
  else out.putOneLine(ptr, len);
  endData(out);
  return true;
}

function putWithoutMetrics(c: JsonCursor, maxDepth: u32, out: Writer, ptr: usize, len: u32): void {
  c.open(ptr, len, maxDepth);
  c.enterObject();
  let separator: u32 = Ascii.BraceOpen;
  while (c.nextKey()) {
    if (!c.keyIs(L.INVOCATION_METRICS)) {
      out.byte(separator);
      separator = Ascii.Comma;
      out.byte(Ascii.Quote);
      escapeInto(out, c.keyPtr, c.keyLen);
      out.byte(Ascii.Quote);
      out.byte(Ascii.Colon);
      c.skip();
      out.putOneLine(c.valuePtr, c.valueLen);
    } else c.skip();
  }
  if (separator == <u32>Ascii.BraceOpen) out.byte(separator);
  out.byte(Ascii.BraceClose);
}

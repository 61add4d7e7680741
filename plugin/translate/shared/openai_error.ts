/**
 * Errors in OpenAI's shape: `{"error":{"message","type","param","code"}}`, all four members always there. Local ones from
 * shared/problem.ts, upstream ones by the tables of docs/errors.md.
 */
import * as L from "../../bytes/literals";
import { Ascii, isDigit, isLetter } from "../../bytes/ascii";
import {
  byteAt,
  equalsLiteral,
  findLiteral,
  literalLen,
  literalPtr,
  startsWithLiteral,
} from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { escapeInto } from "../../json/string";
import { ErrorType } from "../../wire/anthropic/error_types";
import { ERROR, looksLikeHtml, typeOfStatus } from "../../wire/upstream_error";
import { problemCode, problemMessage, problemParam, problemStatus } from "./problem";

/** Most bytes of an upstream's plain text that are quoted. */
const QUOTE_CAP: u32 = 500;

/** Appends a quoted literal, or null. */
function putWord(out: Writer, literal: usize): void {
  if (literal == 0) {
    out.literal(L.NULL);
    return;
  }
  out.byte(Ascii.Quote);
  out.literal(literal);
  out.byte(Ascii.Quote);
}

/** Appends the problem noted last. */
export function putProblem(out: Writer): void {
  out.literal(L.ERROR_OPEN);
  escapeInto(out, problemMessage.start, problemMessage.length);
  out.literal(L.ERROR_TYPE);
  out.literal(problemStatus >= 500 ? L.TYPE_SERVER : L.TYPE_INVALID_REQUEST);
  out.literal(L.ERROR_PARAM);
  if (problemParam.length == 0) out.literal(L.NULL);
  else {
    out.byte(Ascii.Quote);
    escapeInto(out, problemParam.start, problemParam.length);
    out.byte(Ascii.Quote);
  }
  out.literal(L.ERROR_CODE);
  putWord(out, problemCode);
  out.literal(L.ERROR_CLOSE);
}

/** Appends an error of ours with a literal message. */
export function putLocalError(out: Writer, type: usize, code: usize, message: usize): void {
  out.literal(L.ERROR_OPEN);
  escapeInto(out, literalPtr(message), literalLen(message));
  out.literal(L.ERROR_TYPE);
  out.literal(type);
  out.literal(L.ERROR_PARAM);
  out.literal(L.NULL);
  out.literal(L.ERROR_CODE);
  putWord(out, code);
  out.literal(L.ERROR_CLOSE);
}

/** HTTP status of an error that came without one (in a stream, or in a 200). */
export function statusOfType(type: ErrorType): u32 {
  switch (type) {
    case ErrorType.InvalidRequest:
      return 400;
    case ErrorType.Authentication:
      return 401;
    case ErrorType.Billing:
      return 402;
    case ErrorType.Permission:
      return 403;
    case ErrorType.NotFound:
      return 404;
    case ErrorType.RequestTooLarge:
      return 413;
    case ErrorType.RateLimit:
      return 429;
    case ErrorType.Timeout:
      return 504;
    case ErrorType.Overloaded:
      return 503;
    default:
      return 500;
  }
}

/** HTTP status towards an OpenAI client: 529 is none that its clients know. */
export function clientStatus(status: u32): u32 {
  return status == 529 ? 503 : status;
}

function openAiType(type: ErrorType): usize {
  switch (type) {
    case ErrorType.Authentication:
      return L.TYPE_AUTHENTICATION;
    case ErrorType.Billing:
      return L.TYPE_INSUFFICIENT_QUOTA;
    case ErrorType.Permission:
      return L.TYPE_PERMISSION;
    case ErrorType.RateLimit:
      return L.TYPE_RATE_LIMIT;
    case ErrorType.Api:
      return L.TYPE_SERVER;
    case ErrorType.Timeout:
      return L.TYPE_TIMEOUT;
    case ErrorType.Overloaded:
      return L.TYPE_OVERLOADED;
    default:
      return L.TYPE_INVALID_REQUEST;
  }
}

function openAiCode(type: ErrorType, message: usize, len: u32): usize {
  switch (type) {
    case ErrorType.InvalidRequest:
      if (findLiteral(message, len, L.MESSAGE_TOO_LONG) != 0) return L.CODE_CONTEXT_LENGTH;
      if (findLiteral(message, len, L.MESSAGE_CONTEXT) != 0) return L.CODE_CONTEXT_LENGTH;
      return findLiteral(message, len, L.MESSAGE_FILTER) != 0 ? L.CODE_CONTENT_FILTER : 0;
    case ErrorType.NotFound:
      return startsWithLiteral(message, len, L.MODEL_COLON) ? L.CODE_MODEL_NOT_FOUND : 0;
    case ErrorType.Authentication:
      return L.CODE_INVALID_API_KEY;
    case ErrorType.Billing:
      return L.CODE_INSUFFICIENT_QUOTA;
    case ErrorType.RequestTooLarge:
      return L.CODE_REQUEST_TOO_LARGE;
    case ErrorType.RateLimit:
      return L.CODE_RATE_LIMIT;
    case ErrorType.Timeout:
      return L.CODE_TIMEOUT;
    case ErrorType.Overloaded:
      return L.CODE_OVERLOADED;
    default:
      return 0;
  }
}

/** Appends the upstream error in ERROR; its message was found. `status` decides where it names no type we know. */
export function putUpstreamError(out: Writer, status: u32): void {
  const error = ERROR;
  const type = error.type != ErrorType.Unknown ? error.type : typeOfStatus(status);
  const message = error.messagePtr + 1;
  const len = error.messageLen - 2;
  out.literal(L.ERROR_OPEN);
  out.put(message, len);
  out.literal(L.ERROR_TYPE);
  const foreign = error.type == ErrorType.Unknown && error.typeLen > 2;
  if (foreign) out.put(error.typePtr + 1, error.typeLen - 2);
  else out.literal(openAiType(type));
  out.literal(L.ERROR_PARAM);
  putParam(out, message, len);
  out.literal(L.ERROR_CODE);
  // A code of the upstream's own says more than one that was guessed from its status.
  if (error.type == ErrorType.Unknown && error.codePtr != 0) out.put(error.codePtr, error.codeLen);
  else putWord(out, foreign ? 0 : openAiCode(type, message, len));
  out.literal(L.ERROR_CLOSE);
}

/** A message that starts with a path (`messages.3.content: …`) gives its first segment, under the client's name. */
function putParam(out: Writer, ptr: usize, len: u32): void {
  let segment: u32 = 0;
  let colon: u32 = 0;
  for (; colon < len && isPathByte(byteOf(ptr, colon)); colon++) {
    if (segment == 0 && byteOf(ptr, colon) == <u32>Ascii.Dot) segment = colon;
  }
  if (colon == 0 || colon >= len || byteOf(ptr, colon) != <u32>Ascii.Colon) {
    out.literal(L.NULL);
    return;
  }
  if (segment == 0) segment = colon;
  if (equalsLiteral(ptr, segment, L.MODEL)) {
    out.literal(L.NULL);
    return;
  }
  out.byte(Ascii.Quote);
  const name = clientName(ptr, segment, colon);
  if (name == 0) out.put(ptr, segment);
  else out.literal(name);
  out.byte(Ascii.Quote);
}

/** The client's name of an upstream member; 0 where both are the same. `path` is the length of the whole path. */
function clientName(ptr: usize, len: u32, path: u32): usize {
  if (equalsLiteral(ptr, len, L.STOP_SEQUENCES)) return L.STOP;
  if (equalsLiteral(ptr, len, L.SYSTEM)) return L.MESSAGES;
  if (equalsLiteral(ptr, len, L.METADATA)) return L.USER;
  if (equalsLiteral(ptr, len, L.THINKING)) return L.REASONING_EFFORT;
  if (!equalsLiteral(ptr, len, L.OUTPUT_CONFIG)) return 0;
  return equalsLiteral(ptr, path, L.OUTPUT_CONFIG_EFFORT) ? L.REASONING_EFFORT : L.RESPONSE_FORMAT;
}

function byteOf(ptr: usize, index: u32): u32 {
  return byteAt(ptr + index);
}

function isPathByte(c: u32): bool {
  return isLetter(c) || isDigit(c) || c == Ascii.Underscore || c == Ascii.Dot;
}

/** Appends an error for a body without a message: plain text is quoted, HTML and nothing are named by status. */
export function putTextError(out: Writer, status: u32, ptr: usize, len: u32): void {
  const type = ERROR.type != ErrorType.Unknown ? ERROR.type : typeOfStatus(status);
  out.literal(L.ERROR_OPEN);
  putUpstreamText(out, status, ptr, len);
  out.literal(L.ERROR_TYPE);
  out.literal(openAiType(type));
  out.literal(L.ERROR_PARAM);
  out.literal(L.NULL);
  out.literal(L.ERROR_CODE);
  putWord(out, openAiCode(type, ptr, 0));
  out.literal(L.ERROR_CLOSE);
}

/** Appends what a message can say of a body without one: a piece of plain text, else the status. */
export function putUpstreamText(out: Writer, status: u32, ptr: usize, len: u32): void {
  if (len == 0 || looksLikeHtml(ptr, len)) {
    out.literal(L.TEXT_UPSTREAM_STATUS);
    putU64(out, status);
    out.literal(L.TEXT_DOT);
  } else escapeInto(out, ptr, cutText(ptr, len));
}

/** At most QUOTE_CAP bytes, not ending inside a UTF-8 sequence. */
function cutText(ptr: usize, len: u32): u32 {
  if (len <= QUOTE_CAP) return len;
  let cut = QUOTE_CAP;
  while (cut > 0 && (byteOf(ptr, cut) & 0xc0) == 0x80) cut -= 1;
  return cut;
}

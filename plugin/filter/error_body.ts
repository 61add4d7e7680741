/** Error bodies in the client's dialect, in the output writer: of upstreams, of the host's own replies, and ours. */
import { output, scratch } from "../abi/memory";
import { Ascii, isDigit, isLetter } from "../bytes/ascii";
import { byteAt, findLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { JsonCursor } from "../json/cursor";
import {
  putAnthropicError,
  putAnthropicProblem,
  putAnthropicText,
  putAnthropicUpstream,
} from "../translate/shared/anthropic_error";
import {
  clientStatus,
  putLocalError,
  putProblem,
  putTextError,
  putUpstreamError,
} from "../translate/shared/openai_error";
import { problemStatus } from "../translate/shared/problem";
import { Dialect } from "../translate/surface";
import { ERROR, readUpstreamError, typeOfStatus } from "../wire/upstream_error";
import { ErrorType } from "../wire/anthropic/error_types";
import { quotesKey } from "./key_choice";
import { putResponseHeader } from "./response_headers";
import { StreamState } from "./stream";

/** Larger bodies are not searched for JSON. */
const JSON_CAP: u32 = 262144;
const OUTPUT_CAP: u32 = JSON_CAP * 2;
const OWN_CAP: u32 = 65536;
const LONGEST_ID: u32 = 128;

/** The status that the client sees for an upstream's. */
export function statusFor(stream: StreamState, status: u32): u32 {
  return stream.dialect == Dialect.Anthropic ? status : clientStatus(status);
}

/** Writes the error for a body; answers the status for the client. A body that quotes a key of ours is not shown. */
export function putErrorBody(stream: StreamState, status: u32, ptr: usize, len: u32): u32 {
  const profile = stream.profile;
  if (profile != null && quotesKey(profile, ptr, len)) return putEmptyError(stream, status);
  const out = output();
  out.begin(1024, OUTPUT_CAP);
  const cursor = openStruct<JsonCursor>(scratch());
  const quoted = len < JSON_CAP ? len : JSON_CAP;
  const isRead = cursor != null && len <= JSON_CAP && readUpstreamError(cursor, ptr, len);
  if (isRead) {
    nameRequest(stream);
    noteErrorType(stream, status);
  }
  if (stream.dialect == Dialect.Anthropic) {
    if (isRead) putAnthropicUpstream(out, status);
    else putAnthropicText(out, status, ptr, quoted);
  } else if (isRead) putUpstreamError(out, status);
  else putTextError(out, status, ptr, quoted);
  return statusFor(stream, status);
}

/** What the error is, as far as it is told: an answer with a good status may be one, too. ERROR is what was read last. */
export function noteErrorType(stream: StreamState, status: u32): void {
  if (ERROR.type != ErrorType.Unknown) stream.upstreamError = ERROR.type;
  else if (stream.upstreamError == ErrorType.Unknown) stream.upstreamError = typeOfStatus(status);
  if (status == 400 && ERROR.messagePtr != 0) stream.refusedPrefill = isAboutPrefill();
}

/** Both wordings are in use. */
function isAboutPrefill(): bool {
  const ptr = ERROR.messagePtr;
  const len = ERROR.messageLen;
  if (findLiteral(ptr, len, L.PREFILL_REFUSED) != 0) return true;
  return findLiteral(ptr, len, L.PREFILL_REFUSED_OLD) != 0;
}

/** An id that only the body tells goes where OpenAI's clients look for it, as long as headers can be edited. */
function nameRequest(stream: StreamState): void {
  if (!stream.responseHeld || stream.hasRequestId || stream.dialect == Dialect.Anthropic) return;
  const len = ERROR.requestIdLen;
  if (len <= 2 || len > LONGEST_ID || !isToken(ERROR.requestIdPtr + 1, len - 2)) return;
  putResponseHeader(L.H_X_REQUEST_ID, ERROR.requestIdPtr + 1, len - 2);
}

/** True for what ids are made of: letters, digits, `-` and `_`. */
function isToken(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (!isLetter(c) && !isDigit(c) && c != Ascii.Minus && c != Ascii.Underscore) return false;
  }
  return true;
}

/** Writes the error for a body that is not there; answers the status for the client. */
export function putEmptyError(stream: StreamState, status: u32): u32 {
  ERROR.type = ErrorType.Unknown;
  const out = output();
  out.begin(256, OUTPUT_CAP);
  if (stream.dialect == Dialect.Anthropic) putAnthropicText(out, status, 0, 0);
  else putTextError(out, status, 0, 0);
  return statusFor(stream, status);
}

/** Writes an error of ours with a literal message; the type follows the status. */
export function putOwnError(dialect: Dialect, status: u32, code: usize, message: usize): void {
  const out = output();
  out.begin(512, OWN_CAP);
  if (dialect == Dialect.Anthropic) putAnthropicError(out, status, message);
  else putLocalError(out, status >= 500 ? L.TYPE_SERVER : L.TYPE_INVALID_REQUEST, code, message);
}

/** Writes the problem that was noted; answers its status. */
export function putNotedProblem(stream: StreamState): u32 {
  const status = problemStatus;
  const out = output();
  out.begin(512, OWN_CAP);
  if (stream.dialect == Dialect.Anthropic) putAnthropicProblem(out);
  else putProblem(out);
  return status;
}

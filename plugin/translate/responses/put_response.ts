/** Responses: the response object, in lifecycle events and as a whole answer. Source: docs/responses.md, "Response object". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { StopReason } from "../../wire/anthropic/stop_reasons";
import { ServiceTier, Usage } from "../../wire/anthropic/usage";
import { Echo } from "./echo";
import { putItem } from "./put_item";
import { ItemStatus, ResponsesStream } from "./stream_state";

export const enum ResponseStatus {
  InProgress = 0,
  Completed = 1,
  Incomplete = 2,
  Failed = 3,
}

/** The error of a failed response: literal of the code, and the message as the inside of a token. */
export let errorCode: usize = 0;
let errorPtr: usize = 0;
let errorLen: u32 = 0;

/** Names the error that the next failed response tells. */
export function setError(code: usize, ptr: usize, len: u32): void {
  errorCode = code;
  errorPtr = ptr;
  errorLen = len;
}

/** Appends the message of that error, as the inside of a token. */
export function putErrorMessage(out: Writer): void {
  out.put(errorPtr, errorLen);
}

/** The status that a stop reason makes. */
export function statusOf(reason: StopReason): ResponseStatus {
  switch (reason) {
    case StopReason.MaxTokens:
    case StopReason.ContextWindow:
    case StopReason.PauseTurn:
    case StopReason.Refusal:
      return ResponseStatus.Incomplete;
    default:
      return ResponseStatus.Completed;
  }
}

/** Status of an item that was open when the answer ended for a reason. */
export function lastItemStatus(reason: StopReason): ItemStatus {
  if (statusOf(reason) == ResponseStatus.Completed || reason == StopReason.PauseTurn)
    return ItemStatus.Completed;
  return ItemStatus.Incomplete;
}

/** Appends the object with all items so far. */
export function putResponse(out: Writer, s: ResponsesStream, status: ResponseStatus): void {
  const echo = s.own.echo;
  out.literal(L.R_ID);
  out.put(s.idPtr, s.idLen);
  out.literal(L.R_CREATED_AT);
  putU64(out, s.shape.createdUnix);
  out.literal(L.R_STATUS);
  out.literal(statusWord(status));
  putOutcome(out, s, status);
  out.put(echo.ptr(Echo.Head), echo.len(Echo.Head));
  out.literal(L.K_MODEL);
  out.put(s.modelPtr, s.modelLen);
  out.literal(L.R_OUTPUT);
  if (status != ResponseStatus.InProgress) putItems(out, s);
  out.literal(L.R_OUTPUT_CLOSE);
  out.put(echo.ptr(Echo.Middle), echo.len(Echo.Middle));
  out.literal(s.answer.usage.tier == ServiceTier.Priority ? L.R_TIER_PRIORITY : L.R_TIER_DEFAULT);
  out.put(echo.ptr(Echo.Tail), echo.len(Echo.Tail));
  out.literal(L.R_USAGE);
  putUsage(out, s.answer.usage, status);
  out.byte(Ascii.Comma);
  out.put(echo.ptr(Echo.User), echo.len(Echo.User));
  out.byte(Ascii.BraceClose);
}

function putItems(out: Writer, s: ResponsesStream): void {
  let count: u32 = 0;
  for (let i: u32 = 0; i < s.items.count; i++) {
    const item = s.items.at(i);
    if (!item.isAnnounced) continue;
    if (count > 0) out.byte(Ascii.Comma);
    putItem(out, s, item);
    count += 1;
  }
}

function statusWord(status: ResponseStatus): usize {
  switch (status) {
    case ResponseStatus.Completed:
      return L.COMPLETED;
    case ResponseStatus.Incomplete:
      return L.INCOMPLETE;
    case ResponseStatus.Failed:
      return L.FAILED;
    default:
      return L.IN_PROGRESS;
  }
}

/** `completed_at`, `background`, `error`, `incomplete_details`. */
function putOutcome(out: Writer, s: ResponsesStream, status: ResponseStatus): void {
  out.literal(L.R_COMPLETED_AT);
  if (status == ResponseStatus.Completed) putU64(out, s.own.completedUnix);
  else out.literal(L.NULL);
  out.literal(L.R_ERROR);
  if (status == ResponseStatus.Failed) {
    out.literal(L.R_ERROR_OPEN);
    out.literal(errorCode);
    out.literal(L.R_ERROR_MESSAGE);
    putErrorMessage(out);
    out.literal(L.R_ERROR_CLOSE);
  } else out.literal(L.NULL);
  out.literal(L.R_DETAILS);
  if (status != ResponseStatus.Incomplete) out.literal(L.NULL);
  else
    out.literal(
      s.answer.stopReason == StopReason.Refusal ? L.R_REASON_FILTER : L.R_REASON_MAX_TOKENS,
    );
  out.byte(Ascii.Comma);
}

function putUsage(out: Writer, usage: Usage, status: ResponseStatus): void {
  const input = usage.input + usage.cacheRead + usage.cacheWrite;
  const unknown = status == ResponseStatus.Failed && input + usage.output == 0;
  if (status == ResponseStatus.InProgress || unknown) {
    out.literal(L.NULL);
    return;
  }
  out.literal(L.R_INPUT_TOKENS);
  putU64(out, input);
  out.literal(L.R_CACHED_TOKENS);
  putU64(out, usage.cacheRead);
  out.literal(L.CACHE_WRITE_TOKENS);
  putU64(out, usage.cacheWrite);
  out.literal(L.CACHED_READ_TOKENS);
  putU64(out, usage.cacheRead);
  out.literal(L.CACHED_WRITE_TOKENS);
  putU64(out, usage.cacheWrite);
  out.literal(L.R_OUTPUT_TOKENS);
  putU64(out, usage.output);
  out.literal(L.R_REASONING_TOKENS);
  putU64(out, usage.hasThinking ? usage.thinking : 0);
  out.literal(L.R_TOTAL_TOKENS);
  putU64(out, input + usage.output);
  out.byte(Ascii.BraceClose);
}

/** Which events are logged, and what their lines hold. Source: docs/observability.md, "Log". */
import { unixNanos } from "../abi/host";
import { LogLevel } from "../abi/numbers";
import { Ascii } from "../bytes/ascii";
import { byteAt } from "../bytes/compare";
import { putU64 } from "../bytes/decimal";
import { KeyMap, openKeyMap } from "../bytes/key_map";
import * as L from "../bytes/literals";
import { putPlain } from "../bytes/plain";
import { makeStruct } from "../bytes/records";
import { Writer } from "../bytes/writer";
import { builtInToken, builtInTokenLen } from "../policy/beta_table";
import { BetaOutcome, Betas, BetaSource } from "../policy/betas";
import { LogLines, Profile } from "../policy/config";
import { sentModelLen, sentModelPtr } from "../policy/model_label";
import { PrefillAction } from "../policy/prefill";
import { Prefill, PrefillKind } from "../translate/shared/prefill";
import { errorTypeName } from "../wire/anthropic/error_types";
import { stopReasonName } from "../wire/anthropic/stop_reasons";
import { Account } from "./account_state";
import { errorWord, firstTokenMs } from "./exports";
import { mayLog, openLine, putExchange, putPlace, writeLine } from "./log_line";
import { actionWord, kindWord } from "./prefill_words";
import { StreamState } from "./stream";

const NANOS_PER_MS: u64 = 1_000_000;
const NANOS_PER_MINUTE: u64 = 60_000_000_000;
const TOKEN_SLOTS: u32 = 64;

/** When a dropped token was told last, in minutes since 1970, by its row. */
const TOLD: KeyMap = makeStruct<KeyMap>();

/** Makes room for what is remembered of dropped tokens. */
export function openEventLog(): void {
  openKeyMap(TOLD, TOKEN_SLOTS, TOKEN_SLOTS);
}

/** Something was done to the turn at the end of a request; `prefill` null: it was empty and is gone. */
export function logPrefill(
  stream: StreamState,
  profile: Profile,
  action: PrefillAction,
  kind: PrefillKind,
  prefill: Prefill | null,
): void {
  if (profile.logLines < LogLines.Policy || stream.prefillWord == 0 || !mayLog()) return;
  const out = openLine(L.LOG_PREFILL);
  out.literal(actionWord(action));
  out.literal(L.LOG_KIND);
  out.literal(kindWord(kind));
  out.literal(L.LOG_TURNS);
  putU64(out, prefill == null ? 1 : prefill.turns);
  out.literal(L.LOG_BYTES);
  putU64(out, prefill == null ? 0 : prefill.textLen);
  putExchange(stream, profile, sentModelPtr, sentModelLen);
  putPlace();
  writeLine(changes(action) ? LogLevel.Warn : LogLevel.Info);
}

function changes(action: PrefillAction): bool {
  return action >= PrefillAction.Strip && action <= PrefillAction.RouteUnsupported;
}

/** Tokens that a client sent and that do not go upstream, each once a minute. */
export function logBetas(stream: StreamState, betas: Betas): void {
  const profile = stream.profile;
  if (profile == null || profile.logLines < LogLines.Policy) return;
  for (let i: u32 = 0; i < betas.events.count; i++) {
    const event = betas.events.at(i);
    if (event.source == BetaSource.Client && event.outcome == BetaOutcome.Dropped)
      logBeta(stream, profile, event.row);
  }
}

function logBeta(stream: StreamState, profile: Profile, row: i32): void {
  const key = <u64>(row + 2);
  const minute = <u32>(unixNanos() / NANOS_PER_MINUTE);
  if (TOLD.get(key) == minute || !mayLog()) return;
  TOLD.set(key, minute);
  const out = openLine(L.LOG_BETA);
  if (row < 0) out.literal(L.M_UNKNOWN);
  else out.put(builtInToken(<u32>row), builtInTokenLen(<u32>row));
  out.byte(Ascii.Quote);
  putExchange(stream, profile, sentModelPtr, sentModelLen);
  putPlace();
  writeLine(LogLevel.Info);
}

/** We refused a request, or answered in the place of an upstream; `code` is a literal. */
export function logReject(stream: StreamState, status: u32, code: usize): void {
  const profile = stream.profile;
  if (profile == null || profile.logLines < LogLines.Policy || !mayLog()) return;
  const out = openLine(L.LOG_REJECT);
  putU64(out, status);
  out.literal(L.LOG_CODE);
  out.literal(code);
  out.byte(Ascii.Quote);
  putExchange(stream, profile, 0, 0);
  putPlace();
  writeLine(LogLevel.Info);
}

/** The upstream answered with an error. */
export function logUpstreamError(stream: StreamState, profile: Profile): void {
  if (profile.logLines < LogLines.Errors || !mayLog()) return;
  const out = openLine(L.LOG_UPSTREAM_ERROR);
  putU64(out, stream.status);
  out.literal(L.LOG_TYPE);
  out.literal(errorTypeName(stream.upstreamError));
  out.byte(Ascii.Quote);
  putExchange(stream, profile, 0, 0);
  putPlace();
  writeLine(LogLevel.Warn);
}

/** A stream did not come to its regular end; `reason` is a literal. */
export function logStreamError(stream: StreamState, reason: usize): void {
  const profile = stream.profile;
  if (profile == null || profile.logLines < LogLines.Errors || !mayLog()) return;
  const out = openLine(L.LOG_STREAM_ERROR);
  out.literal(reason);
  out.byte(Ascii.Quote);
  putExchange(stream, profile, 0, 0);
  putPlace();
  writeLine(LogLevel.Warn);
}

/** One line for the whole exchange. */
export function logRequest(stream: StreamState, profile: Profile, account: Account): void {
  if (profile.logLines < LogLines.Requests) return;
  const out = openLine(L.LOG_REQUEST);
  putExchange(stream, profile, account.modelPtr, account.modelLen);
  putNumber(out, L.LOG_STATUS, stream.clientStatus);
  putNumber(out, L.LOG_IN, stream.inputTokens);
  putNumber(out, L.LOG_OUT, stream.outputTokens);
  putNumber(out, L.LOG_CACHE_READ, stream.cacheReadTokens);
  putNumber(out, L.LOG_CACHE_WRITE, stream.cacheWriteTokens);
  const first = firstTokenMs(stream);
  if (first > 0) putNumber(out, L.LOG_TTFT, first);
  putNumber(out, L.LOG_MS, (unixNanos() - account.startedNs) / NANOS_PER_MS);
  putWord(out, L.LOG_STOP, stopReasonName(stream.finish));
  putWord(out, L.LOG_ERROR, errorWord(stream));
  putWord(out, L.LOG_PREFILL_WORD, stream.prefillWord);
  putList(out, account.betasPtr, account.betasLen);
  if (account.idLen > 0) {
    out.literal(L.LOG_UPSTREAM_ID);
    putPlain(out, account.idPtr, account.idLen);
    out.byte(Ascii.Quote);
  }
  putPlace();
  writeLine(LogLevel.Info);
}

function putNumber(out: Writer, member: usize, value: u64): void {
  out.literal(member);
  putU64(out, value);
}

function putWord(out: Writer, member: usize, word: usize): void {
  if (word == 0) return;
  out.literal(member);
  out.literal(word);
  out.byte(Ascii.Quote);
}

/** A list of tokens, which stand in a header as they are, joined by commas. */
function putList(out: Writer, ptr: usize, len: u32): void {
  if (len == 0) return;
  out.literal(L.LOG_BETAS);
  for (let i: u32 = 0; i < len; i++) {
    if (byteAt(ptr + i) == Ascii.Comma) out.literal(L.QUOTE_COMMA_QUOTE);
    else putPlain(out, ptr + i, 1);
  }
  out.literal(L.QUOTE_BRACKET);
}

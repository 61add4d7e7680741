/**
 * Filter state: `wasm.bridge_…`, which access logs, rate limits and traces of the host read. Only what the configuration lists is written,
 * as soon as it is known: with the request, or when the answer is out. Texts of others are made fit for a line. Source: docs/observability.md, "Filter state".
 */
import { writeProperty } from "../abi/host";
import { scratch } from "../abi/memory";
import { Ascii } from "../bytes/ascii";
import { putU64 } from "../bytes/decimal";
import * as L from "../bytes/literals";
import { putPlain } from "../bytes/plain";
import { openStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { readInteger } from "../json/number";
import { JsonKind } from "../json/status";
import { betaColumn } from "../policy/beta_provider";
import { Profile } from "../policy/config";
import { operationWord } from "../translate/surface";
import { errorTypeName } from "../wire/anthropic/error_types";
import { stopReasonName } from "../wire/anthropic/stop_reasons";
import { Account } from "./account_state";
import { columnWord } from "./beta_metrics";
import { Exported, exportedName } from "./exported_names";
import { StreamState } from "./stream";

const VALUE: Writer = makeWriter();
const VALUE_CAP: u32 = 8192;
const NANOS_PER_MS: u64 = 1000000;

/** What is known when a request goes upstream: filters behind this one can go by it. A bit for each, in the schema's order. */
const EARLY: u32 =
  (1 << (Exported.Op - 1)) |
  (1 << (Exported.Profile - 1)) |
  (1 << (Exported.Provider - 1)) |
  (1 << (Exported.Model - 1)) |
  (1 << (Exported.RequestedModel - 1)) |
  (1 << (Exported.Client - 1)) |
  (1 << (Exported.Stream - 1)) |
  (1 << (Exported.Prefill - 1)) |
  (1 << (Exported.Betas - 1)) |
  (1 << (Exported.ReservedTokens - 1));
const RESERVED: u32 = 1 << (Exported.ReservedTokens - 1);

/** Bytes of a body for a token, roughly. */
const BYTES_PER_TOKEN: u32 = 4;

/** A request goes upstream, as `len` bytes at `ptr`: writes what is known of it. `isOurs`: every member of it was written here. */
export function putRequestExports(stream: StreamState, ptr: usize, len: u32, isOurs: bool): void {
  const account = stream.account;
  const profile = stream.profile;
  if (account == null || profile == null || (profile.exports & EARLY) == 0) return;
  if ((profile.exports & RESERVED) != 0)
    account.reserved =
      <u64>(len / BYTES_PER_TOKEN) + maxTokensOf(ptr, len, profile.maxDepth, isOurs);
  put(stream, profile, account, profile.exports & EARLY);
}

/** `max_tokens` of a body; 0: it has none. Of a client's own body the last one counts, as everywhere; ours has one, before all that is long. */
function maxTokensOf(ptr: usize, len: u32, depth: u32, isOurs: bool): u64 {
  const cursor = openStruct<JsonCursor>(scratch());
  if (cursor == null) return 0;
  let value: i64 = 0;
  cursor.open(ptr, len, depth);
  cursor.enterObject();
  while (cursor.nextKey()) {
    const isIt = cursor.keyIs(L.MAX_TOKENS) && cursor.kind() == JsonKind.Number;
    if (!cursor.skip()) return 0;
    if (!isIt) continue;
    value = readInteger(cursor.valuePtr, cursor.valueLen);
    if (isOurs) break;
  }
  return value > 0 ? <u64>value : 0;
}

/** The exchange is over: writes what the profile lists and was not written before. */
export function putExports(stream: StreamState, profile: Profile, account: Account): void {
  put(stream, profile, account, profile.exports & ~account.exported);
}

function put(stream: StreamState, profile: Profile, account: Account, names: u32): void {
  account.exported |= names;
  let left = names;
  for (let name: u32 = 1; left != 0; name++, left >>= 1) {
    if ((left & 1) == 0) continue;
    VALUE.begin(256, VALUE_CAP);
    if (name == Exported.ReservedTokens) putU64(VALUE, account.reserved);
    else if (!putText(VALUE, name, stream, profile, account)) putU64(VALUE, numberOf(name, stream));
    if (VALUE.length > 0 && !VALUE.failed)
      writeProperty(exportedName(name), VALUE.start, VALUE.length);
  }
}

/** False for what is a number. */
function putText(
  out: Writer,
  name: Exported,
  stream: StreamState,
  profile: Profile,
  account: Account,
): bool {
  switch (name) {
    case Exported.Op:
      out.literal(operationWord(stream.operation));
      return true;
    case Exported.Profile:
      putPlain(out, profile.namePtr, profile.nameLen);
      return true;
    case Exported.Provider:
      out.literal(columnWord(betaColumn(profile)));
      return true;
    case Exported.Model:
      putPlain(out, account.modelPtr, account.modelLen);
      return true;
    case Exported.RequestedModel:
      putPlain(out, account.askedPtr, account.askedLen);
      return true;
    case Exported.Betas:
      putPlain(out, account.betasPtr, account.betasLen);
      return true;
    case Exported.UpstreamId:
      putPlain(out, account.idPtr, account.idLen);
      return true;
    default:
      return putWord(out, name, stream);
  }
}

/** False for what is a number. */
function putWord(out: Writer, name: Exported, stream: StreamState): bool {
  switch (name) {
    case Exported.Client:
      out.put(stream.clientPtr, stream.clientLen);
      return true;
    case Exported.Prefill:
      putLiteral(out, stream.prefillWord);
      return true;
    case Exported.Finish:
      putLiteral(out, stopReasonName(stream.finish));
      return true;
    case Exported.Error:
      putLiteral(out, errorWord(stream));
      return true;
    case Exported.Stream:
      out.byte(stream.wantsStream ? Ascii.One : Ascii.Zero);
      return true;
    default:
      return false;
  }
}

function putLiteral(out: Writer, literal: usize): void {
  if (literal != 0) out.literal(literal);
}

/** What went wrong, a literal; 0: nothing did. */
export function errorWord(stream: StreamState): usize {
  if (stream.replyReason != 0) return stream.replyReason;
  const type = errorTypeName(stream.upstreamError);
  return type != 0 ? type : stream.streamFailure;
}

function numberOf(name: Exported, stream: StreamState): u64 {
  switch (name) {
    case Exported.InputTokens:
      return inputOf(stream);
    case Exported.OutputTokens:
      return stream.outputTokens;
    case Exported.CacheReadTokens:
      return stream.cacheReadTokens;
    case Exported.CacheWriteTokens:
      return stream.cacheWriteTokens;
    case Exported.ReasoningTokens:
      return stream.reasoningTokens;
    case Exported.TotalTokens:
      return inputOf(stream) + stream.outputTokens;
    default:
      return firstTokenMs(stream);
  }
}

/** All input, whether it was cached or not. */
function inputOf(stream: StreamState): u64 {
  return <u64>stream.inputTokens + stream.cacheReadTokens + stream.cacheWriteTokens;
}

/** Milliseconds until the first token of a stream; 0: there was none. */
export function firstTokenMs(stream: StreamState): u64 {
  return stream.firstNs > stream.sentNs ? (stream.firstNs - stream.sentNs) / NANOS_PER_MS : 0;
}

/**
 * What is counted. Counters without labels are defined before the first request; a host without metrics gives ids that count nothing.
 * Source: docs/observability.md.
 */
import { defineMetric, incrementMetric, recordMetric } from "../abi/host";
import { MetricKind } from "../abi/numbers";
import { literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { Echo } from "../json/dedupe";
import { betaColumn } from "../policy/beta_provider";
import { BetaColumn } from "../policy/beta_table";
import { Key, Profile } from "../policy/config";
import { PrefillAction } from "../policy/prefill";
import { labelLen, labelPtr, sentModelLen } from "../policy/model_label";
import { PrefillKind } from "../translate/shared/prefill";
import { openBetaCounters } from "./beta_metrics";
import { openEventLog } from "./event_log";
import { addTo, openCounters } from "./counters";
import {
  clientLabel,
  errorLabels,
  Family,
  KeyOutcome,
  keyOf,
  modelLabel,
  NONE,
  openLabels,
  paramLabels,
  prefillLabels,
  requestLabels,
  TokenKind,
  tokenLabels,
} from "./metric_labels";
import { StreamState } from "./stream";

let defined: bool = false;
let streamDropped: u32 = 0;
let translateUs: u32 = 0;
let ttftMs: u32 = 0;

const NANOS_PER_US: u64 = 1000;
const NANOS_PER_MS: u64 = 1000000;

/** Defines what needs no labels, and makes room for the rest; idempotent. */
export function defineMetrics(): void {
  if (defined) return;
  defined = true;
  openLabels();
  openCounters();
  openEventLog();
  openBetaCounters();
  streamDropped = define(MetricKind.Counter, L.M_STREAM_DROPPED);
  translateUs = define(MetricKind.Histogram, L.M_TRANSLATE_US);
  ttftMs = define(MetricKind.Histogram, L.M_TTFT_MS);
  const configOk = define(MetricKind.Gauge, L.M_CONFIG_OK);
  if (configOk != 0) recordMetric(configOk, 1);
}

function define(kind: MetricKind, name: usize): u32 {
  return defineMetric(kind, literalPtr(name), literalLen(name));
}

/** The label of the model that the last request has; the stream keeps it. */
export function noteModelLabel(stream: StreamState): void {
  stream.modelLabel = modelLabel(labelPtr, labelLen, sentModelLen > 0);
}

/** A request that a profile serves is over; `status` as the client saw it, 0: there was none. */
export function countRequest(stream: StreamState, profile: Profile, status: u32): void {
  const labels = requestLabels(stream.operation, betaColumn(profile), status);
  addTo(keyOf(Family.Requests, labels, stream.modelLabel, NONE), 1);
}

/** We answered a request ourselves; `reason` is the error's code, a literal. */
export function countLocalReply(stream: StreamState, reason: usize): void {
  if (counts(stream)) addTo(keyOf(Family.LocalReplies, <u32>reason, NONE, NONE), 1);
}

/** The upstream (or the host in its place) answered with an error. */
export function countUpstreamError(stream: StreamState, profile: Profile): void {
  const labels = errorLabels(stream.upstreamError, betaColumn(profile));
  addTo(keyOf(Family.UpstreamErrors, labels, NONE, NONE), 1);
}

/** A stream ended with an error event, or was cut off before its end; `reason` is a literal. */
export function countStreamError(stream: StreamState, reason: usize): void {
  if (counts(stream)) addTo(keyOf(Family.StreamErrors, <u32>reason, NONE, NONE), 1);
}

/** Something was done to a turn at the end of a request. */
export function countPrefill(
  stream: StreamState,
  profile: Profile,
  action: PrefillAction,
  kind: PrefillKind,
): void {
  if (!profile.metrics) return;
  noteModelLabel(stream);
  const client = clientLabel(stream.clientPtr, stream.clientLen, profile.clientMost);
  const labels = prefillLabels(action, kind, betaColumn(profile));
  addTo(keyOf(Family.Prefill, labels, stream.modelLabel, client), 1);
}

/** The tokens of an answer, by kind. */
export function countTokens(stream: StreamState, profile: Profile): void {
  const provider = betaColumn(profile);
  const model = stream.modelLabel;
  addTokens(TokenKind.Input, provider, model, stream.inputTokens);
  addTokens(TokenKind.Output, provider, model, stream.outputTokens);
  addTokens(TokenKind.CacheRead, provider, model, stream.cacheReadTokens);
  addTokens(TokenKind.CacheWrite, provider, model, stream.cacheWriteTokens);
  addTokens(TokenKind.Reasoning, provider, model, stream.reasoningTokens);
}

function addTokens(kind: TokenKind, provider: BetaColumn, model: u32, tokens: u32): void {
  if (tokens > 0) addTo(keyOf(Family.Tokens, tokenLabels(kind, provider), model, NONE), tokens);
}

/** What a request lost on its way, bits of Adaptation. */
export function countAdaptations(stream: StreamState, adapted: u64): void {
  if (!counts(stream)) return;
  let left = adapted >> 1;
  for (let member: u32 = 1; left != 0; member++, left >>= 1) {
    if ((left & 1) == 0) continue;
    addTo(keyOf(Family.Params, paramLabels(member, stream.operation), NONE, NONE), 1);
  }
}

/** What became of a key. */
export function countKey(profile: Profile, key: Key, outcome: KeyOutcome): void {
  if (!profile.metrics) return;
  addTo(keyOf(Family.Keys, outcome, modelLabel(key.namePtr, key.nameLen, true), NONE), 1);
}

/** Bytes of the text of a turn at the end of a request. */
export function countPrefillBytes(profile: Profile, action: PrefillAction, bytes: u32): void {
  if (profile.metrics && bytes > 0) addTo(keyOf(Family.PrefillBytes, action, NONE, NONE), bytes);
}

/** How the answer to an instruction began. */
export function countEcho(echo: Echo): void {
  addTo(keyOf(Family.PrefillEcho, echo, NONE, NONE), 1);
}

/** The upstream refused a turn at the end, whatever the model table says. */
export function countRefusedPrefill(stream: StreamState, profile: Profile): void {
  addTo(keyOf(Family.PrefillRefused, betaColumn(profile), stream.modelLabel, NONE), 1);
}

/** What the exchange took of this module's time, and a stream's first token of the client's. */
export function recordTimes(stream: StreamState): void {
  if (stream.isTimed && translateUs != 0) recordMetric(translateUs, stream.spentNs / NANOS_PER_US);
  if (stream.firstNs > stream.sentNs && ttftMs != 0)
    recordMetric(ttftMs, (stream.firstNs - stream.sentNs) / NANOS_PER_MS);
}

/** Pieces of a streamed answer were left out. */
export function countStreamDropped(stream: StreamState, pieces: u32): void {
  if (streamDropped != 0 && counts(stream)) incrementMetric(streamDropped, pieces);
}

function counts(stream: StreamState): bool {
  const profile = stream.profile;
  return profile != null && profile.metrics;
}

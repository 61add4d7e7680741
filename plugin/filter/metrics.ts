/** Counters of this VM. Defined once, before the first request; a host without metrics gives ids that count nothing. */
import { defineMetric, incrementMetric } from "../abi/host";
import { MetricKind } from "../abi/numbers";
import { literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openBetaCounters } from "./beta_metrics";
import { openPrefillCounters } from "./prefill_metrics";
import { StreamState } from "./stream";

let defined: bool = false;
let requests: u32 = 0;
let localReplies: u32 = 0;
let upstreamErrors: u32 = 0;
let streamErrors: u32 = 0;
let streamDropped: u32 = 0;

/** Defines the counters; idempotent. */
export function defineMetrics(): void {
  if (defined) return;
  defined = true;
  requests = counter(L.M_REQUESTS);
  localReplies = counter(L.M_LOCAL_REPLIES);
  upstreamErrors = counter(L.M_UPSTREAM_ERRORS);
  streamErrors = counter(L.M_STREAM_ERRORS);
  streamDropped = counter(L.M_STREAM_DROPPED);
  openBetaCounters();
  openPrefillCounters();
}

function counter(name: usize): u32 {
  return defineMetric(MetricKind.Counter, literalPtr(name), literalLen(name));
}

/** A request of ours went upstream. */
export function countRequest(stream: StreamState): void {
  count(stream, requests);
}

/** We answered a request ourselves. */
export function countLocalReply(stream: StreamState): void {
  count(stream, localReplies);
}

/** The upstream (or the host in its place) answered with an error. */
export function countUpstreamError(stream: StreamState): void {
  count(stream, upstreamErrors);
}

/** A stream ended with an error event, or was cut off before its end. */
export function countStreamError(stream: StreamState): void {
  count(stream, streamErrors);
}

/** Pieces of a streamed answer were left out. */
export function countStreamDropped(stream: StreamState, pieces: u32): void {
  add(stream, streamDropped, pieces);
}

function count(stream: StreamState, id: u32): void {
  add(stream, id, 1);
}

function add(stream: StreamState, id: u32, number: u32): void {
  const profile = stream.profile;
  if (id != 0 && profile != null && profile.metrics) incrementMetric(id, number);
}

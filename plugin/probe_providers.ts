/** Test-only: what the settings of `provider` come to; part of the probe entry. */
import { makeWriter, Writer } from "./bytes/writer";
import { Config, profileAt } from "./policy/config";
import {
  beginPath,
  endPath,
  fitsInPath,
  hasPath,
  isModelInBody,
  Upstream,
} from "./policy/upstream";

const PATH: Writer = makeWriter();

/** Upstream of a profile. */
export function upstreamOf(config: Config, index: u32): Upstream {
  return profileAt(config, index).upstream;
}

/** A path for a model (`len` bytes) with a client's query (`queryLen` bytes directly behind); empty: the upstream has none. */
export function upstreamPath(
  upstream: Upstream,
  path: u32,
  ptr: usize,
  len: u32,
  queryLen: u32,
): Writer {
  PATH.begin(256, 65536);
  if (!hasPath(upstream, path)) return PATH;
  beginPath(PATH, upstream, path, ptr, len);
  endPath(PATH, upstream, ptr + len, queryLen);
  return PATH;
}

export function upstreamPathPtr(): usize {
  return PATH.start;
}

export function upstreamPathLen(): u32 {
  return PATH.length;
}

export function modelFits(ptr: usize, len: u32): bool {
  return fitsInPath(ptr, len);
}

/** Bits: model in the body of a message (1) and of a count (2), stream (4), version (8), betas (16) in the body, event stream (32), path by body (64). */
export function upstreamPlaces(upstream: Upstream): u32 {
  let bits: u32 = isModelInBody(upstream, 0) ? 1 : 0;
  if (isModelInBody(upstream, 2)) bits |= 2;
  if (upstream.streamInBody) bits |= 4;
  if (upstream.versionInBody) bits |= 8;
  if (upstream.betasInBody) bits |= 16;
  if (upstream.eventStream) bits |= 32;
  return upstream.pathNeedsBody ? bits | 64 : bits;
}

/** Version (0), authority (1). */
export function upstreamTextPtr(upstream: Upstream, field: u32): usize {
  return field == 0 ? upstream.versionPtr : upstream.authorityPtr;
}

export function upstreamTextLen(upstream: Upstream, field: u32): u32 {
  return field == 0 ? upstream.versionLen : upstream.authorityLen;
}

/**
 * `anthropic-beta` and `anthropic-user-profile-id` of a request that goes upstream: reads what the client sent, has the policy
 * decide, and puts the answer where the upstream reads it. Source: docs/betas.md.
 */
import { readPairs, removeHeader, resultLen, resultPtr } from "../abi/host";
import { output, scratch } from "../abi/memory";
import { HeaderMap, Status } from "../abi/numbers";
import {
  nextPair,
  openPairs,
  pairNameLen,
  pairNamePtr,
  pairValueLen,
  pairValuePtr,
} from "../abi/pairs";
import { Ascii } from "../bytes/ascii";
import { byteAt } from "../bytes/compare";
import * as L from "../bytes/literals";
import { makeWriter, Writer } from "../bytes/writer";
import { applyCuts } from "../json/paths";
import { addClientList, putBetaArray, putBetaList, putBetaNotes } from "../policy/beta_lists";
import { findStrips, hasStrips } from "../policy/beta_strips";
import { askBody } from "../policy/beta_triggers";
import { BetaRow, findBetaRow } from "../policy/beta_table";
import { Betas, decideBetas, openBetas, sendsRow } from "../policy/betas";
import { Config, Profile } from "../policy/config";
import { Facts, Feature, Plan } from "../translate/plan";
import { refuseMemory, refuseWhole } from "../translate/shared/problem";
import { noteBetaList } from "./account";
import { countBetas } from "./beta_metrics";
import { logBetas } from "./event_log";
import { putHeader } from "./request_headers";
import { findRequestHeader, RequestHeader } from "./request_headers_table";
import { StreamState } from "./stream";

const VALUE: Writer = makeWriter();
/** More than a host lets a header have. */
const VALUE_CAP: u32 = 65536;

/** Bits of the words of `endpoint` in a condition. */
export const enum BetaEndpoint {
  Messages = 1,
  CountTokens = 2,
  Batches = 4,
  Files = 8,
  Models = 16,
}

/**
 * Decides about the betas of the request whose body stands in the output writer, takes out of it what the upstream lacks, and edits
 * the headers, which are still held. The stream's arena is open. False with a problem.
 */
export function settleBetas(
  stream: StreamState,
  config: Config,
  profile: Profile,
  facts: Facts,
  plan: Plan,
): bool {
  const out = output();
  if (stream.usesOAuth) facts.features |= <u32>Feature.OAuth;
  if (!asksForBetas(stream, config, profile, facts)) return true;
  const betas = openRequestBetas(stream, config, profile, facts, plan);
  if (betas == null) return refuseMemory();
  if (!profile.betaIgnore) addClientList(betas, facts.betasPtr, facts.betasLen);
  if (config.betasAsk && !askBody(betas, scratch(), out.start, out.length)) return refuseMemory();
  return decideBetas(betas) && putDecided(stream, profile, betas, facts);
}

/** As `settleBetas`, for a batch: its requests' tokens together go with it. Nothing is taken out of their bodies. */
export function settleBatchBetas(
  stream: StreamState,
  config: Config,
  profile: Profile,
  facts: Facts,
): bool {
  if (stream.usesOAuth) facts.features |= <u32>Feature.OAuth;
  if (!asksForBetas(stream, config, profile, facts)) return true;
  const betas = openRequestBetas(stream, config, profile, facts, null);
  if (betas == null) return refuseMemory();
  betas.endpoint = BetaEndpoint.Batches;
  if (!profile.betaIgnore) addClientList(betas, facts.betasPtr, facts.betasLen);
  if (!decideBetas(betas)) return false;
  noteBetas(stream, betas);
  putBetaHeader(stream, betas, output());
  return keepNotes(stream, betas, output());
}

/** True when something may ask for a token. */
export function asksForBetas(
  stream: StreamState,
  config: Config,
  profile: Profile,
  facts: Facts,
): bool {
  if (stream.hasBetas || config.betasAsk || profile.betaAdd.count > 0) return true;
  return facts.features != 0 || facts.betasLen > 0;
}

/** What is asked, with the tokens of the client's headers; null without memory. */
export function openRequestBetas(
  stream: StreamState,
  config: Config,
  profile: Profile,
  facts: Facts,
  plan: Plan | null,
): Betas | null {
  const betas = openBetas(scratch(), config, profile);
  if (betas == null) return null;
  takeFacts(betas, facts, plan);
  if (!profile.betaIgnore) readClient(stream, betas);
  return betas;
}

/** True when what was decided changes the body. */
export function changesBody(profile: Profile, betas: Betas): bool {
  return hasStrips(betas) || (profile.upstream.betasInBody && betas.sent.count > 0);
}

/** Edits headers and the body in the output writer; without a body there, nothing of one changes. False with a problem. */
export function putDecided(
  stream: StreamState,
  profile: Profile,
  betas: Betas,
  facts: Facts,
): bool {
  const out = output();
  if (!strip(betas, out)) return false;
  putUserProfile(betas, facts);
  noteBetas(stream, betas);
  return putBetas(stream, profile, betas, out) && keepNotes(stream, betas, out);
}

/**
 * As `settleBetas`, for hosts whose request headers leave before the body is known: the client's header and what the configuration
 * adds. False with a problem.
 */
export function settleEarlyBetas(stream: StreamState, config: Config, profile: Profile): bool {
  if (!stream.hasBetas && profile.betaAdd.count == 0) return true;
  const betas = openBetas(scratch(), config, profile);
  if (betas == null) return refuseMemory();
  betas.early = true;
  if (!profile.betaIgnore) readClient(stream, betas);
  if (!decideBetas(betas)) return false;
  noteBetas(stream, betas);
  const out = output();
  out.begin(256, 65536);
  putBetaHeader(stream, betas, out);
  return true;
}

function takeFacts(betas: Betas, facts: Facts, plan: Plan | null): void {
  betas.features = facts.features;
  betas.endpoint = BetaEndpoint.Messages;
  if (plan == null) return;
  betas.askedPtr = facts.modelPtr;
  betas.askedLen = facts.modelLen;
  betas.traits = plan.traits;
  betas.sentPtr = plan.modelPtr;
  betas.sentLen = plan.modelLen;
}

/** The header of `user_profile_id`, where its token goes. */
function putUserProfile(betas: Betas, facts: Facts): void {
  if (facts.userProfileLen == 0 || (betas.droppedFeatures & (<u32>Feature.UserProfile)) != 0)
    return;
  putHeader(L.H_USER_PROFILE_ID, facts.userProfilePtr, facts.userProfileLen);
}

/** Takes out of the body what needs a token that does not go. False without memory. */
function strip(betas: Betas, out: Writer): bool {
  if (!hasStrips(betas)) return true;
  const strips = findStrips(betas, scratch(), out.start, out.length);
  if (strips == null) return refuseMemory();
  applyCuts(strips, out);
  return true;
}

/**
 * Bits of Feature whose tokens go with a batch whose headers leave before its requests are known: the client's, and those that the
 * configuration adds. They are put into the header. False with a problem.
 */
export function settleEagerBetas(stream: StreamState, config: Config, profile: Profile): bool {
  eagerFeatures = 0;
  const betas = openBetas(scratch(), config, profile);
  if (betas == null) return refuseMemory();
  betas.early = true;
  if (!profile.betaIgnore) readClient(stream, betas);
  if (!decideBetas(betas)) return false;
  noteBetas(stream, betas);
  VALUE.begin(256, VALUE_CAP);
  putBetaHeader(stream, betas, VALUE);
  VALUE.finish(0);
  for (let i: u32 = 0; i < betas.sent.count; i++) {
    const row = findBetaRow(config.betas, betas.sent.at(i).ptr, betas.sent.at(i).len);
    if (row >= 0) eagerFeatures |= config.betas.at(<u32>row).features;
  }
  return true;
}

/** Answer of `settleEagerBetas`: bits of Feature whose tokens go. */
export let eagerFeatures: u32 = 0;

/** The row whose token features need and that does not go, though the upstream has it; null: there is none. */
export function uncoveredBeta(
  config: Config,
  profile: Profile,
  features: u32,
  covered: u32,
): BetaRow | null {
  const rows = config.betas;
  for (let i: u32 = 0; i < rows.count; i++) {
    const row = rows.at(i);
    if ((row.features & features & ~covered) == 0) continue;
    if (sendsRow(profile, row)) return row;
  }
  return null;
}

/** What operations on files want: the token of their API. False with a problem. Source: docs/files.md. */
export function settleFilesBetas(stream: StreamState, config: Config, profile: Profile): bool {
  const betas = openBetas(scratch(), config, profile);
  if (betas == null) return refuseMemory();
  betas.features = Feature.Files;
  betas.endpoint = BetaEndpoint.Files;
  if (!profile.betaIgnore) readClient(stream, betas);
  if (!decideBetas(betas)) return false;
  noteBetas(stream, betas);
  VALUE.begin(256, VALUE_CAP);
  putBetaHeader(stream, betas, VALUE);
  VALUE.finish(0);
  return true;
}

/** The tokens that the client sent, in all of its headers of that name. */
function readClient(stream: StreamState, betas: Betas): void {
  if (!stream.hasBetas || readPairs(HeaderMap.Request) != Status.Ok) return;
  openPairs(resultPtr, resultLen);
  while (nextPair()) {
    if (findRequestHeader(pairNamePtr, pairNameLen) == RequestHeader.AnthropicBeta)
      addClientList(betas, pairValuePtr, pairValueLen);
  }
}

/** Puts the list where the upstream reads it. */
function putBetas(stream: StreamState, profile: Profile, betas: Betas, out: Writer): bool {
  if (!profile.upstream.betasInBody) {
    putBetaHeader(stream, betas, out);
    return true;
  }
  if (stream.hasBetas) removeHeader(HeaderMap.Request, L.H_ANTHROPIC_BETA);
  if (betas.sent.count == 0) return true;
  while (byteAt(out.cursor - 1) != <u32>Ascii.BraceClose) out.rewind(out.length - 1);
  out.rewind(out.length - 1); // the brace that closes the body
  out.literal(L.K_ANTHROPIC_BETA);
  putBetaArray(out, betas);
  out.byte(Ascii.BraceClose);
  return !out.failed || refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
}

/** Sets the header, or removes the client's when nothing is left; `out` is scratch space behind what it holds. */
function putBetaHeader(stream: StreamState, betas: Betas, out: Writer): void {
  if (betas.sent.count == 0) {
    if (stream.hasBetas) removeHeader(HeaderMap.Request, L.H_ANTHROPIC_BETA);
    return;
  }
  const mark = out.mark();
  putBetaList(out, betas);
  if (!out.failed) putHeader(L.H_ANTHROPIC_BETA, out.start + mark, out.length - mark);
  out.rewind(mark);
}

/** Counts them, and tells of them. */
function noteBetas(stream: StreamState, betas: Betas): void {
  countBetas(stream, betas);
  logBetas(stream, betas);
  noteBetaList(stream, betas);
}

/** The value of x-bridge-betas, written behind the body and copied. */
function keepNotes(stream: StreamState, betas: Betas, out: Writer): bool {
  const arena = stream.arena;
  if (arena == null) return refuseMemory();
  const mark = out.mark();
  putBetaNotes(out, betas);
  const len = out.failed ? 0 : out.length - mark;
  if (len > 0) {
    stream.betasPtr = arena.keep(out.start + mark, len);
    stream.betasLen = len;
  }
  out.rewind(mark);
  return len == 0 || stream.betasPtr != 0 || refuseMemory();
}

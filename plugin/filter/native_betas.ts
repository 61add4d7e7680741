/** Betas of native requests: the body is asked as it came, and only written when something goes out of it. Source: docs/betas.md. */
import { output, scratch } from "../abi/memory";
import { Ascii } from "../bytes/ascii";
import { byteAt } from "../bytes/compare";
import * as L from "../bytes/literals";
import { addClientList } from "../policy/beta_lists";
import { askBody } from "../policy/beta_triggers";
import { Betas, decideBetas } from "../policy/betas";
import { Config, Profile } from "../policy/config";
import { Feature, Plan } from "../translate/plan";
import { NativeRequest } from "../translate/native/request";
import { findFeatures } from "../translate/shared/features";
import { refuseMemory, refuseWhole } from "../translate/shared/problem";
import { RequestKey } from "../wire/anthropic/request_keys";
import {
  asksForBetas,
  BetaEndpoint,
  changesBody,
  openRequestBetas,
  putDecided,
} from "./beta_headers";
import { StreamState } from "./stream";

/** Room for the list that some upstreams have in the body. */
const LIST_BYTES: u32 = 8192;

/**
 * As `settleBetas`. The body that goes upstream stands in the output writer, or is the client's own when nothing stands there; it is
 * copied into the writer when the policy changes it. False with a problem.
 */
export function settleNativeBetas(
  stream: StreamState,
  config: Config,
  profile: Profile,
  request: NativeRequest,
  plan: Plan,
): bool {
  const facts = request.facts;
  const out = output();
  const ptr = out.length > 0 ? out.start : request.bodyPtr;
  const len = out.length > 0 ? out.length : request.bodyLen;
  facts.features = findFeatures(config.features, ptr, len);
  if (stream.usesOAuth) facts.features |= <u32>Feature.OAuth;
  takeLists(request);
  if (!asksForBetas(stream, config, profile, facts)) return true;
  const betas = openRequestBetas(stream, config, profile, facts, plan);
  if (betas == null) return refuseMemory();
  if (request.counts) betas.endpoint = BetaEndpoint.CountTokens;
  addLists(betas, request);
  if (config.betasAsk && !askBody(betas, scratch(), ptr, len)) return refuseMemory();
  return decideBetas(betas) && putNative(stream, profile, betas, request, plan);
}

/** Edits headers, and the body where something changes in it. False with a problem. */
function putNative(
  stream: StreamState,
  profile: Profile,
  betas: Betas,
  request: NativeRequest,
  plan: Plan,
): bool {
  const untouched = output().length == 0;
  if (untouched && changesBody(profile, betas) && !copyBody(request, plan)) return false;
  return putDecided(stream, profile, betas, request.facts);
}

/** Notes that the body has lists of tokens; they were taken out of it. */
function takeLists(request: NativeRequest): void {
  const members = request.members;
  for (let i: u32 = 0; i < members.count; i++) {
    const member = members.at(i);
    if (isList(member.key)) request.facts.betasLen = member.valueLen;
  }
}

function addLists(betas: Betas, request: NativeRequest): void {
  if (betas.profile.betaIgnore) return;
  const members = request.members;
  for (let i: u32 = 0; i < members.count; i++) {
    const member = members.at(i);
    if (!isList(member.key)) continue;
    const quote: u32 = byteAt(member.valuePtr) == Ascii.Quote ? 1 : 0;
    addClientList(betas, member.valuePtr + quote, member.valueLen - 2 * quote);
  }
}

function isList(key: RequestKey): bool {
  return key == RequestKey.Betas || key == RequestKey.AnthropicBeta;
}

function copyBody(request: NativeRequest, plan: Plan): bool {
  const out = output();
  out.begin(request.bodyLen + LIST_BYTES, plan.maxOutputBytes);
  out.put(request.bodyPtr, request.bodyLen);
  if (!out.failed) return true;
  return request.bodyLen > plan.maxOutputBytes
    ? refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE)
    : refuseMemory();
}

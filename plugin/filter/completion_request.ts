/** Legacy Completions upstream: as a message, or for the text endpoint of models before Claude 3. Source: docs/completions.md. */
import { output, scratch } from "../abi/memory";
import { findLiteral } from "../bytes/compare";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { Compat, CompletionsMode, Config, Profile } from "../policy/config";
import { makePlan } from "../policy/plan_maker";
import { UpstreamPath } from "../policy/provider_rows";
import { hasPath } from "../policy/upstream";
import { Facts, Plan } from "../translate/plan";
import { Prompt, readCompletion } from "../translate/completions/request";
import { writeAsMessage, writeAsText } from "../translate/completions/write";
import { ClientRequest, openClientRequest } from "../translate/shared/client_request";
import { problemStatus, refuseMemory, refuseWhole } from "../translate/shared/problem";
import { expectedBytes } from "../translate/shared/write_members";
import { foundWord } from "../translate/surface";
import { keepShape } from "./answer_shape";
import { settleBetas } from "./beta_headers";
import { putPathByBody } from "./message_path";
import { refuseOperation } from "./operation";
import { settlePrefill } from "./prefill";
import { putHeader } from "./request_headers";
import { settledProfile, settleHeaders } from "./settle_profile";
import { StreamState } from "./stream";
import { endResourcePath, openQuery, putResourcePath } from "./upstream_path";

/** A prompt is written with its markers. */
const WRAP_BYTES: u32 = 256;

/** Leaves the upstream's request in the output writer. False with a problem, or when the stream passes untouched. */
export function translateCompletion(
  stream: StreamState,
  config: Config,
  chosen: Profile,
  ptr: usize,
  len: u32,
): bool {
  const request = openClientRequest(scratch());
  const prompt = openStruct<Prompt>(scratch());
  if (request == null || prompt == null) return refuseMemory();
  if (!readCompletion(request, prompt, ptr, len, chosen.maxDepth)) return false;
  takePathModel(stream, request.facts);
  const profile = settledProfile(stream, config, request.facts);
  if (profile == null) return false;
  const plan = makePlan(request.facts, config, profile, len, scratch());
  if (plan == null) return problemStatus != 0 ? false : refuseMemory();
  const asText = isForTextEndpoint(stream, profile, plan);
  // The path of the text endpoint is written over the one that is the same for all.
  if (asText && !settleHeaders(stream, profile, request.facts)) return false;
  if (!write(request, prompt, profile, plan, asText)) return false;
  if (!keep(stream, profile, request, prompt, asText)) return false;
  return asText || settleMessage(stream, config, profile, request.facts, plan);
}

/** Policy and headers of a prompt that became a message. False with a problem. */
function settleMessage(
  stream: StreamState,
  config: Config,
  profile: Profile,
  facts: Facts,
  plan: Plan,
): bool {
  if (!settlePrefill(stream, profile, facts, plan)) return false;
  if (!settleHeaders(stream, profile, facts)) return false;
  if (!stream.requestHeld) return true;
  putPathByBody(profile, plan, facts.stream);
  return settleBetas(stream, config, profile, facts, plan);
}

/** Path and body. False with a problem. */
function write(
  request: ClientRequest,
  prompt: Prompt,
  profile: Profile,
  plan: Plan,
  asText: bool,
): bool {
  if (asText && !hasPath(profile.upstream, UpstreamPath.Complete))
    return refuseOperation(profile, foundWord);
  const out = output();
  if (asText) putTextPath(profile);
  out.begin(expectedBytes(request, plan.bodyBytes) + WRAP_BYTES, plan.maxOutputBytes);
  const written = asText
    ? writeAsText(out, request, prompt, plan)
    : writeAsMessage(out, request, prompt, plan);
  if (!written) return false;
  return !out.failed || refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
}

function keep(
  stream: StreamState,
  profile: Profile,
  request: ClientRequest,
  prompt: Prompt,
  asText: bool,
): bool {
  if (!keepShape(stream, profile, request.facts, request.talk, prompt.len)) return refuseMemory();
  const shape = stream.shape;
  const arena = stream.arena;
  if (shape == null || arena == null) return refuseMemory();
  shape.oldText = asText;
  if (!prompt.echo) return true;
  shape.echoPtr = arena.keep(prompt.ptr + 1, prompt.len - 2);
  shape.echoLen = prompt.len - 2;
  return shape.echoPtr != 0 || refuseMemory();
}

/** The path of the text endpoint depends on the model, so headers must be held for it. */
function isForTextEndpoint(stream: StreamState, profile: Profile, plan: Plan): bool {
  if (profile.compat == Compat.Bifrost || profile.completionsMode == CompletionsMode.Complete)
    return stream.requestHeld;
  if (profile.completionsMode == CompletionsMode.Messages || !stream.requestHeld) return false;
  return isOldModel(plan) && hasPath(profile.upstream, UpstreamPath.Complete);
}

/** Claude before version 3, in the names of all providers. */
function isOldModel(plan: Plan): bool {
  const ptr = plan.modelPtr;
  const len = plan.modelLen;
  return (
    findLiteral(ptr, len, L.CLAUDE_1) != 0 ||
    findLiteral(ptr, len, L.CLAUDE_2) != 0 ||
    findLiteral(ptr, len, L.CLAUDE_INSTANT) != 0 ||
    findLiteral(ptr, len, L.CLAUDE_V1) != 0 ||
    findLiteral(ptr, len, L.CLAUDE_V2) != 0
  );
}

function putTextPath(profile: Profile): void {
  const out = output();
  out.begin(256, 65536);
  openQuery();
  putResourcePath(out, profile, UpstreamPath.Complete, 0, 0);
  endResourcePath(out, profile);
  putHeader(L.H_PATH, out.start, out.length);
}

/** The model of a path `/deployments/{model}/…`, for a body that names none. */
export function takePathModel(stream: StreamState, facts: Facts): void {
  if (facts.modelLen > 0 || stream.pathModelPtr == 0) return;
  facts.modelPtr = stream.pathModelPtr;
  facts.modelLen = stream.pathModelLen;
}

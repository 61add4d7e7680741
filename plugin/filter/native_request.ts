/** Native requests upstream: the client's body with what the upstream wants changed in it. Source: docs/native.md, "Request". */
import { output, scratch } from "../abi/memory";
import * as L from "../bytes/literals";
import { Config, Profile } from "../policy/config";
import { planCount } from "../policy/count_plan";
import { canNameModel, makePlan } from "../policy/plan_maker";
import { putEdited } from "../translate/native/edits";
import { editMembers } from "../translate/native/members";
import { NativeRequest, openNativeRequest, readNative } from "../translate/native/request";
import { Plan } from "../translate/plan";
import { wrapCount } from "../translate/shared/count_envelope";
import { problemStatus, refuseMemory, refuseWhole } from "../translate/shared/problem";
import { Operation } from "../translate/surface";
import { keepNativeShape } from "./answer_shape";
import { putBodyHeaders } from "./beta_headers";
import { nativePath, putNativePathByBody } from "./native_path";
import { settleProfile } from "./settle_profile";
import { StreamState } from "./stream";

/** Room for values of headers where no body is written. */
const HEADER_BYTES: u32 = 2048;

/** The last request goes upstream as the client wrote it. */
export let nativeUnchanged: bool = false;

/** Leaves the upstream's request in the output writer, unless it is unchanged. False with a problem, or when the stream passes untouched. */
export function editNativeRequest(
  stream: StreamState,
  config: Config,
  profile: Profile,
  ptr: usize,
  len: u32,
): bool {
  const request = openNativeRequest(scratch());
  if (request == null) return refuseMemory();
  request.maxMessages = profile.maxMessages;
  request.maxTools = profile.maxTools;
  request.counts = stream.operation == Operation.CountTokens;
  if (!readNative(request, ptr, len, profile.maxDepth)) return false;
  if (stream.deferred) {
    if (!settleProfile(stream, config, request.facts)) return false;
    const settled = stream.profile;
    if (settled != null) profile = settled;
  }
  const plan = planNative(request, config, profile, stream.operation);
  if (plan == null || !editMembers(request, plan)) return false;
  if (stream.requestHeld) putNativePathByBody(stream, profile, plan, request.facts.stream);
  if (!putBody(request, plan)) return false;
  if (stream.requestHeld) putBodyHeaders(request.facts);
  return keepNativeShape(stream, profile, request.facts) || refuseMemory();
}

function planNative(
  request: NativeRequest,
  config: Config,
  profile: Profile,
  operation: Operation,
): Plan | null {
  const facts = request.facts;
  const plan = makePlan(facts, config, profile, request.bodyLen, scratch());
  if (plan == null) {
    if (problemStatus == 0) refuseMemory();
    return null;
  }
  if (operation == Operation.CountTokens) planCount(plan, profile.upstream);
  return canNameModel(profile.upstream, plan, nativePath(operation, facts.stream)) ? plan : null;
}

/** Writes the client's body with its edits. False with a problem. */
function putBody(request: NativeRequest, plan: Plan): bool {
  const out = output();
  nativeUnchanged = request.edits.list.count == 0;
  if (nativeUnchanged) {
    out.begin(HEADER_BYTES, HEADER_BYTES);
    return true;
  }
  const expected = request.bodyLen + request.edits.textBytes;
  out.begin(expected, plan.maxOutputBytes);
  putEdited(out, request.edits, request.bodyPtr, request.bodyLen);
  if (request.counts && plan.invokesCount && !wrapCount(out, scratch())) return refuseMemory();
  return !out.failed || refuseOutput(expected, plan);
}

/** What did not fit exceeds the limit, or found no memory; base64 is a third more. */
function refuseOutput(expected: u32, plan: Plan): bool {
  return (plan.invokesCount ? expected + expected / 2 : expected) > plan.maxOutputBytes
    ? refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE)
    : refuseMemory();
}

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
import { settleNativeBetas } from "./native_betas";
import { nativePath, putNativePathByBody } from "./native_path";
import { settleNativePrefill } from "./prefill";
import { settledProfile, settleHeaders } from "./settle_profile";
import { StreamState } from "./stream";

/** Room for values of headers where no body is written yet. */
const HEADER_BYTES: u32 = 8192;

/** The last request goes upstream as the client wrote it. */
export let nativeUnchanged: bool = false;

/** Leaves the upstream's request in the output writer, unless it is unchanged. False with a problem, or when the stream passes untouched. */
export function editNativeRequest(
  stream: StreamState,
  config: Config,
  chosen: Profile,
  ptr: usize,
  len: u32,
): bool {
  const request = openNativeRequest(scratch());
  if (request == null) return refuseMemory();
  request.maxMessages = chosen.maxMessages;
  request.maxTools = chosen.maxTools;
  request.counts = stream.operation == Operation.CountTokens;
  if (!readNative(request, ptr, len, chosen.maxDepth)) return false;
  const profile = settledProfile(stream, config, request.facts);
  if (profile == null) return false;
  const plan = planNative(request, config, profile, stream.operation);
  return plan != null && putRequest(stream, config, profile, request, plan);
}

/** Body, path and betas. False with a problem. */
function putRequest(
  stream: StreamState,
  config: Config,
  profile: Profile,
  request: NativeRequest,
  plan: Plan,
): bool {
  if (!editMembers(request, plan)) return false;
  if (!putBody(request, plan)) return false;
  if (!keepNativeShape(stream, profile, request.facts)) return refuseMemory();
  if (!settleNativePrefill(stream, profile, request, plan)) return false;
  if (!settleHeaders(stream, profile, request.facts)) return false;
  if (stream.requestHeld) putNativePathByBody(stream, profile, plan, request.facts.stream);
  if (stream.requestHeld && !settleNativeBetas(stream, config, profile, request, plan))
    return false;
  nativeUnchanged = nativeUnchanged && output().length == 0;
  return !request.counts || !plan.invokesCount || wrapBody(request, plan);
}

/** Puts the body in the output writer into the envelope of a count. False with a problem. */
function wrapBody(request: NativeRequest, plan: Plan): bool {
  const out = output();
  const expected = request.bodyLen + request.edits.textBytes;
  if (!wrapCount(out, scratch())) return refuseMemory();
  return !out.failed || refuseOutput(expected, plan);
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
    out.begin(HEADER_BYTES, plan.maxOutputBytes + HEADER_BYTES);
    return true;
  }
  const expected = request.bodyLen + request.edits.textBytes;
  out.begin(expected, plan.maxOutputBytes);
  putEdited(out, request.edits, request.bodyPtr, request.bodyLen);
  return !out.failed || refuseOutput(expected, plan);
}

/** What did not fit exceeds the limit, or found no memory; base64 is a third more. */
function refuseOutput(expected: u32, plan: Plan): bool {
  return (plan.invokesCount ? expected + expected / 2 : expected) > plan.maxOutputBytes
    ? refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE)
    : refuseMemory();
}

/** Request bodies to Messages bodies, by operation. The one place that knows the request side of all surfaces. */
import { output, scratch } from "../abi/memory";
import * as L from "../bytes/literals";
import { Config, Profile } from "../policy/config";
import { makePlan } from "../policy/plan_maker";
import { readChat } from "../translate/chat/request";
import { writeChat } from "../translate/chat/write";
import { openClientRequest } from "../translate/shared/client_request";
import { problemStatus, refuseMemory, refuseWhole } from "../translate/shared/problem";
import { expectedBytes } from "../translate/shared/write_members";
import { Operation } from "../translate/surface";
import { keepShape } from "./answer_shape";
import { translateBatch } from "./batch_request";
import { settleBetas } from "./beta_headers";
import { editNativeRequest, nativeUnchanged } from "./native_request";
import { settlePrefill } from "./prefill";
import { takeRoute } from "./prefill_route";
import { settledProfile, settleHeaders } from "./settle_profile";
import { takePathModel, translateCompletion } from "./completion_request";
import { translateResponses } from "./responses_request";
import { StreamState } from "./stream";
import { putPathByBody } from "./message_path";

/** The last request goes upstream as the client wrote it: the output writer holds nothing. */
export let requestUnchanged: bool = false;

/** Leaves the upstream's request in the output writer. False with a problem, or when the stream passes untouched. */
export function translateRequest(
  stream: StreamState,
  config: Config,
  profile: Profile,
  ptr: usize,
  len: u32,
): bool {
  if (translateFor(stream, config, profile, ptr, len)) return true;
  const target = takeRoute(stream);
  return target != null && translateFor(stream, config, target, ptr, len);
}

/** Writes the request for a profile. False also when an assistant turn at its end goes to another one. */
function translateFor(
  stream: StreamState,
  config: Config,
  profile: Profile,
  ptr: usize,
  len: u32,
): bool {
  requestUnchanged = false;
  switch (stream.operation) {
    case Operation.Completions:
      return translateCompletion(stream, config, profile, ptr, len);
    case Operation.Messages:
    case Operation.CountTokens: {
      const edited = editNativeRequest(stream, config, profile, ptr, len);
      requestUnchanged = edited && nativeUnchanged;
      return edited;
    }
    case Operation.BatchCreate:
      return translateBatch(stream, config, profile, ptr, len);
    case Operation.Responses:
    case Operation.ResponseTokens:
      return translateResponses(stream, config, profile, ptr, len);
    default:
      return translateChat(stream, config, profile, ptr, len);
  }
}

function translateChat(
  stream: StreamState,
  config: Config,
  chosen: Profile,
  ptr: usize,
  len: u32,
): bool {
  const request = openClientRequest(scratch());
  if (request == null) return refuseMemory();
  request.maxMessages = chosen.maxMessages;
  request.maxTools = chosen.maxTools;
  if (!readChat(request, ptr, len, chosen.maxDepth)) return false;
  takePathModel(stream, request.facts);
  const profile = settledProfile(stream, config, request.facts);
  if (profile == null) return false;
  const plan = makePlan(request.facts, config, profile, len, scratch());
  if (plan == null) return problemStatus != 0 ? false : refuseMemory();
  const out = output();
  out.begin(expectedBytes(request, len), plan.maxOutputBytes);
  if (!writeChat(out, request, plan)) return false;
  if (out.failed) return refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
  if (!keepShape(stream, profile, request.facts, request.talk, 0)) return refuseMemory();
  if (!settlePrefill(stream, profile, request.facts, plan)) return false;
  if (!settleHeaders(stream, profile, request.facts)) return false;
  if (!stream.requestHeld) return true;
  putPathByBody(profile, plan, request.facts.stream);
  return settleBetas(stream, config, profile, request.facts, plan);
}

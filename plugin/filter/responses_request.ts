/** Responses upstream, and what a stream keeps of one so that the answer can repeat it. Source: docs/responses.md. */
import { output, scratch } from "../abi/memory";
import * as L from "../bytes/literals";
import { Arena } from "../bytes/arena";
import { openStruct } from "../bytes/records";
import { openSpanTable } from "../bytes/span_table";
import { Config, Profile, ReasoningEvents, StreamErrors, TextItems } from "../policy/config";
import { planCount } from "../policy/count_plan";
import { makePlan } from "../policy/plan_maker";
import { keepCounted } from "../translate/responses/count";
import { ECHO_PIECES, keepEcho } from "../translate/responses/echo";
import {
  openResponsesRequest,
  readResponses,
  ResponsesRequest,
} from "../translate/responses/request";
import { writeResponses } from "../translate/responses/write";
import { Plan } from "../translate/plan";
import { ClientRequest } from "../translate/shared/client_request";
import { AnswerShape, ResponsesShape } from "../translate/shape";
import { wrapCount } from "../translate/shared/count_envelope";
import { problemStatus, refuseMemory, refuseWhole } from "../translate/shared/problem";
import { forgetSampling } from "../translate/shared/sampling";
import { expectedBytes } from "../translate/shared/write_members";
import { Operation } from "../translate/surface";
import { keepShape } from "./answer_shape";
import { settleBetas } from "./beta_headers";
import { putCountPathByBody, putPathByBody } from "./message_path";
import { settlePrefill } from "./prefill";
import { settledProfile, settleHeaders } from "./settle_profile";
import { StreamState } from "./stream";

/** Leaves the upstream's request in the output writer. False with a problem, or when the stream passes untouched. */
export function translateResponses(
  stream: StreamState,
  config: Config,
  profile: Profile,
  ptr: usize,
  len: u32,
): bool {
  const request = openResponsesRequest(scratch());
  if (request == null) return refuseMemory();
  const base = request.base;
  base.maxMessages = profile.maxMessages;
  base.maxTools = profile.maxTools;
  if (!readResponses(request, ptr, len, profile.maxDepth)) return false;
  const settled = settledProfile(stream, config, base.facts);
  if (settled == null) return false;
  return stream.operation == Operation.ResponseTokens
    ? sendCount(stream, config, settled, request, len)
    : sendResponses(stream, config, settled, request, len);
}

/** Writes the upstream's request and keeps what its answer needs. False with a problem. */
function sendResponses(
  stream: StreamState,
  config: Config,
  profile: Profile,
  request: ResponsesRequest,
  len: u32,
): bool {
  const base = request.base;
  const plan = makePlan(base.facts, config, profile, len, scratch());
  if (plan == null) return problemStatus != 0 ? false : refuseMemory();
  const out = output();
  out.begin(expectedBytes(base, len), plan.maxOutputBytes);
  if (!writeResponses(out, request, plan)) return false;
  if (out.failed) return refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
  if (!keepShape(stream, profile, base.facts, base.talk, profile.maxAccumulatedBytes + len))
    return refuseMemory();
  if (!keepResponsesShape(stream, profile, request)) return refuseMemory();
  if (!settlePrefill(stream, profile, base.facts, plan)) return false;
  if (!settleHeaders(stream, profile, base.facts)) return false;
  if (!stream.requestHeld) return true;
  putPathByBody(profile, plan, base.facts.stream);
  return settleBetas(stream, config, profile, base.facts, plan);
}

/** Writes the request whose tokens the upstream is to count. False with a problem. */
function sendCount(
  stream: StreamState,
  config: Config,
  profile: Profile,
  request: ResponsesRequest,
  len: u32,
): bool {
  const base = request.base;
  base.facts.stream = false;
  const plan = makePlan(base.facts, config, profile, len, scratch());
  if (plan == null) return problemStatus != 0 ? false : refuseMemory();
  planCount(plan, profile.upstream);
  const out = output();
  out.begin(expectedBytes(base, len), plan.maxOutputBytes);
  if (!writeResponses(out, request, plan)) return false;
  if (!keepShape(stream, profile, base.facts, base.talk, 0)) return refuseMemory();
  if (!settlePrefill(stream, profile, base.facts, plan)) return false;
  if (!settleHeaders(stream, profile, base.facts)) return false;
  // The list of an upstream that has it in the body belongs into what is counted.
  if (stream.requestHeld && !settleBetas(stream, config, profile, base.facts, plan)) return false;
  if (!shapeCount(base, plan)) return false;
  if (stream.requestHeld) putCountPathByBody(profile, plan);
  return true;
}

/** Makes the request in the output writer one for a count. False with a problem. */
function shapeCount(base: ClientRequest, plan: Plan): bool {
  const out = output();
  const shaped = plan.invokesCount
    ? wrapCount(out, scratch())
    : keepCounted(out, scratch(), base.cursor);
  if (!shaped) return refuseMemory();
  return !out.failed || refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
}

/** Completes the shape that was kept. False without memory. */
function keepResponsesShape(
  stream: StreamState,
  profile: Profile,
  request: ResponsesRequest,
): bool {
  const arena = stream.arena;
  const shape = stream.shape;
  return arena != null && shape != null && fillShape(arena, shape, profile, request);
}

/** The shape of an answer whose request is not known, as results of a batch are: it repeats an empty one. False without memory. */
export function keepBareShape(arena: Arena, shape: AnswerShape, profile: Profile): bool {
  const request = openResponsesRequest(arena);
  if (request == null) return false;
  forgetSampling();
  return keepEcho(request) && fillShape(arena, shape, profile, request);
}

function fillShape(
  arena: Arena,
  shape: AnswerShape,
  profile: Profile,
  request: ResponsesRequest,
): bool {
  const own = openStruct<ResponsesShape>(arena);
  const echo = openSpanTable(arena, ECHO_PIECES);
  if (own == null || echo == null) return false;
  shape.responses = own;
  own.echo = echo;
  own.maxBytes = profile.maxAccumulatedBytes;
  own.include = request.include;
  own.summaries =
    profile.reasoningEvents == ReasoningEvents.Auto
      ? request.asksSummary
      : profile.reasoningEvents == ReasoningEvents.Summary;
  own.perBlock = profile.textItems == TextItems.PerBlock;
  own.failedEvent = profile.streamErrors != StreamErrors.Error;
  own.errorEvent = profile.streamErrors != StreamErrors.Failed;
  own.hasComputer = request.hasComputer;
  own.hasLocalShell = request.hasLocalShell;
  own.hasShell = request.hasShell;
  own.hasApplyPatch = request.hasApplyPatch;
  for (let i: u32 = 0; i < ECHO_PIECES; i++) {
    const copy = arena.keep(request.echo.ptr(i), request.echo.len(i));
    if (copy == 0) return false;
    echo.set(i, copy, request.echo.len(i));
  }
  return true;
}

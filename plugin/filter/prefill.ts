/**
 * An assistant turn at the end of a request: asks the policy, edits the body in the output writer, tells and counts what was done. One
 * entry for all surfaces; called when the body is written and before betas and path are settled. Source: docs/prefill.md.
 */
import { output, scratch } from "../abi/memory";
import { literalLen, literalPtr } from "../bytes/compare";
import * as L from "../bytes/literals";
import { makeStruct } from "../bytes/records";
import { Writer } from "../bytes/writer";
import { Endpoint, Profile } from "../policy/config";
import {
  actionOf,
  chosenMode,
  chosenReframe,
  decidePrefill,
  isRefusing,
  passTurn,
  PrefillAction,
  PrefillQuestion,
} from "../policy/prefill";
import { PrefillMode, Reframe, ReframeAnswer, ReframePlace } from "../policy/prefill_settings";
import { NativeRequest } from "../translate/native/request";
import { Facts, Plan } from "../translate/plan";
import { openEchoStage } from "../translate/shared/echo_stage";
import { endsInSpace, Prefill, PrefillKind, surveyPrefill } from "../translate/shared/prefill";
import {
  cutTurn,
  followTurn,
  moveIntoNewTurn,
  moveIntoUser,
  trimTurn,
} from "../translate/shared/prefill_edit";
import {
  forgetStops,
  takenScan,
  takeStops,
  withdrawStops,
} from "../translate/shared/prefill_stops";
import { atMember, refuse, refuseMemory, refuseWhole } from "../translate/shared/problem";
import { Dialect, Operation } from "../translate/surface";
import { logPrefill } from "./event_log";
import { countPrefill, countPrefillBytes } from "./metrics";
import { decideRoute, keepRouted } from "./prefill_route";
import { StreamState } from "./stream";

/** What an instruction adds. */
const EDIT_BYTES: u32 = 2048;
const QUESTION: PrefillQuestion = makeStruct<PrefillQuestion>();

/** Decides about the turn of the body that stands in the output writer. False with a problem, or when it goes to another profile. */
export function settlePrefill(
  stream: StreamState,
  profile: Profile,
  facts: Facts,
  plan: Plan,
): bool {
  if (!facts.prefill) {
    if (facts.emptyPrefill) noteEmptyPrefill(stream, profile);
    return true;
  }
  const out = output();
  const prefill = surveyPrefill(out.start, out.length, profile.maxDepth, scratch());
  if (prefill == null) return refuseMemory();
  prefill.isNative = stream.dialect == Dialect.Anthropic;
  if (stream.isRouted) return edit(out, prefill, passRouted()) && keepModel(stream, plan);
  const action = decide(stream, profile, prefill, facts, plan);
  return mayGo(stream, prefill, action) && edit(out, prefill, action);
}

/**
 * As `settlePrefill`, for one request of a batch, whose body stands in `out`. Results come without their request, so nothing is done to
 * them; the batch lives at one upstream, so no request of it goes to another.
 */
export function settleItemPrefill(
  out: Writer,
  stream: StreamState,
  prefill: Prefill,
  facts: Facts,
  plan: Plan,
): bool {
  const profile = stream.profile;
  if (profile == null) return refuseMemory();
  forgetStops();
  const action = decide(stream, profile, prefill, facts, plan);
  if (chosenMode == PrefillMode.Reject) return rejectTurn(stream, prefill);
  return edit(out, prefill, action);
}

/** Counts a turn without words that was left out when the body was written. */
export function noteEmptyPrefill(stream: StreamState, profile: Profile): void {
  tell(stream, profile, PrefillAction.DropEmpty, PrefillKind.Empty, null);
}

/** The turn has come to the profile that takes it: nothing is decided again, and nothing counted. */
function passRouted(): PrefillAction {
  passTurn();
  return PrefillAction.Passthrough;
}

function keepModel(stream: StreamState, plan: Plan): bool {
  return keepRouted(stream, plan) || refuseMemory();
}

/** False with a problem, or when the turn goes to another profile. */
function mayGo(stream: StreamState, prefill: Prefill, action: PrefillAction): bool {
  if (action == PrefillAction.Route) return false;
  if (chosenMode == PrefillMode.Reject) return rejectTurn(stream, prefill);
  return keepEcho(stream, prefill) || refuseMemory();
}

/** Notes what the answer may repeat, and what may end it; a count repeats nothing. False without memory. */
function keepEcho(stream: StreamState, prefill: Prefill): bool {
  forgetStops();
  if (endpointOf(stream.operation) == Endpoint.CountTokens) return true;
  const shape = stream.shape;
  const arena = stream.arena;
  const reframe = chosenReframe;
  if (chosenMode != PrefillMode.Reframe || shape == null || arena == null || reframe == null)
    return true;
  if (reframe.answer == ReframeAnswer.AsIs) return true;
  const prepends = reframe.answer == ReframeAnswer.Prepend;
  const stage = openEchoStage(arena, prefill.textPtr, prefill.textLen, prepends);
  if (stage == null) return false;
  shape.echo = stage;
  if (reframe.leavesStops) return true;
  if (!takeStops(prefill, arena)) return false;
  const scan = takenScan;
  stage.scan = scan;
  // What stands in front is no answer.
  if (scan != null && prepends) scan.skip = prefill.textLen;
  return true;
}

/** As `settlePrefill`; a body that nothing changed yet is copied into the output writer when the policy changes it. */
export function settleNativePrefill(
  stream: StreamState,
  profile: Profile,
  request: NativeRequest,
  plan: Plan,
): bool {
  const out = output();
  const facts = request.facts;
  if (!facts.prefill || out.length > 0) return settlePrefill(stream, profile, facts, plan);
  if (stream.isRouted) return keepModel(stream, plan);
  const prefill = surveyPrefill(request.bodyPtr, request.bodyLen, profile.maxDepth, scratch());
  if (prefill == null) return refuseMemory();
  prefill.isNative = true;
  const action = decide(stream, profile, prefill, facts, plan);
  if (!mayGo(stream, prefill, action)) return false;
  if (chosenMode == PrefillMode.Passthrough) return true;
  out.begin(request.bodyLen + prefill.rawLen + EDIT_BYTES, plan.maxOutputBytes);
  out.put(request.bodyPtr, request.bodyLen);
  const copied = surveyPrefill(out.start, out.length, profile.maxDepth, scratch());
  return copied == null ? refuseMemory() : edit(out, copied, action);
}

function decide(
  stream: StreamState,
  profile: Profile,
  prefill: Prefill,
  facts: Facts,
  plan: Plan,
): PrefillAction {
  ask(stream, profile, prefill, facts, plan);
  let action = decidePrefill(QUESTION);
  if (action == PrefillAction.Route) action = decideRoute(stream, QUESTION, facts, plan);
  if (action != PrefillAction.None) {
    tell(stream, profile, action, prefill.kind, prefill);
    countPrefillBytes(profile, action, prefill.textLen);
  }
  return action;
}

function ask(
  stream: StreamState,
  profile: Profile,
  prefill: Prefill,
  facts: Facts,
  plan: Plan,
): void {
  QUESTION.profile = profile;
  QUESTION.prefill = prefill;
  QUESTION.endpoint = endpointOf(stream.operation);
  QUESTION.isNative = prefill.isNative;
  QUESTION.askedPtr = facts.modelPtr;
  QUESTION.askedLen = facts.modelLen;
  QUESTION.sentPtr = plan.modelPtr;
  QUESTION.sentLen = plan.modelLen;
  QUESTION.isServed = plan.traits.prefill;
  QUESTION.clientPtr = stream.clientPtr;
  QUESTION.clientLen = stream.clientLen;
}

/** The body's edit. False with a problem. */
function edit(out: Writer, prefill: Prefill, action: PrefillAction): bool {
  const reframe = chosenReframe;
  if (chosenMode == PrefillMode.Strip) cutTurn(out, prefill);
  else if (chosenMode == PrefillMode.Reframe && reframe != null) reframeTurn(out, prefill, reframe);
  else if (action != PrefillAction.Continuation && !prefill.isNative) {
    if (endsInSpace(prefill)) trimTurn(out, prefill);
  }
  return !out.failed || refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
}

/** Edits go from back to front, so that places in front of them stay. */
function reframeTurn(out: Writer, prefill: Prefill, reframe: Reframe): void {
  const stopsAt = <u32>(prefill.stopsPtr - out.start);
  const stopsFirst = prefill.stopsPtr < prefill.firstPtr;
  if (!stopsFirst) withdrawStops(out, stopsAt, prefill.stopsLen);
  putReframed(out, prefill, reframe);
  if (stopsFirst) withdrawStops(out, stopsAt, prefill.stopsLen);
}

function putReframed(out: Writer, prefill: Prefill, reframe: Reframe): void {
  const own = reframe.templateLen > 0;
  const template = own ? reframe.templatePtr : literalPtr(L.TEXT_REFRAME);
  const len = own ? reframe.templateLen : literalLen(L.TEXT_REFRAME);
  if (reframe.place == ReframePlace.AfterAssistant) followTurn(out, prefill);
  else if (reframe.place == ReframePlace.LastUserTurn && canTakeBlock(prefill))
    moveIntoUser(out, prefill, template, len);
  else moveIntoNewTurn(out, prefill, template, len);
}

function canTakeBlock(prefill: Prefill): bool {
  return prefill.prevIsUser && prefill.prevContentPtr != 0;
}

/** In the words of the upstream that has this rule: clients look for them. */
function rejectTurn(stream: StreamState, prefill: Prefill): bool {
  atMember(listOf(stream.operation));
  if (prefill.prevPtr == 0) return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_NOTHING_LEFT);
  return refuse(400, L.CODE_NO_PREFILL, L.TEXT_NO_PREFILL);
}

/** The member that holds the turn in the client's body. */
function listOf(operation: Operation): usize {
  if (operation == Operation.Responses || operation == Operation.ResponseTokens) return L.INPUT;
  return operation == Operation.Completions ? L.PROMPT : L.MESSAGES;
}

/** Counts, logs, and notes the word of x-bridge-prefill. */
function tell(
  stream: StreamState,
  profile: Profile,
  action: PrefillAction,
  kind: PrefillKind,
  prefill: Prefill | null,
): void {
  countPrefill(stream, profile, action, kind);
  const word = wordOf(action);
  // Of the requests of a batch the last that there is something to tell of.
  if (word != 0) stream.prefillWord = word;
  logPrefill(stream, profile, action, kind, prefill);
}

/** A turn that passes to a model that takes it is no news. */
function wordOf(action: PrefillAction): usize {
  switch (action) {
    case PrefillAction.Passthrough:
      return isRefusing ? L.W_PASSTHROUGH : 0;
    case PrefillAction.Strip:
      return L.W_STRIPPED;
    case PrefillAction.Reframe:
      return L.W_REFRAMED;
    case PrefillAction.Reject:
      return L.W_REJECTED;
    case PrefillAction.DropEmpty:
      return L.W_EMPTY_DROPPED;
    case PrefillAction.Route:
      return L.W_ROUTED;
    case PrefillAction.RouteUnsupported:
      return wordOf(actionOf(chosenMode));
    default:
      return 0;
  }
}

function endpointOf(operation: Operation): Endpoint {
  switch (operation) {
    case Operation.Responses:
      return Endpoint.Responses;
    case Operation.Completions:
      return Endpoint.Completions;
    case Operation.Messages:
      return Endpoint.Messages;
    case Operation.CountTokens:
    case Operation.ResponseTokens:
      return Endpoint.CountTokens;
    case Operation.BatchCreate:
    case Operation.FileUpload:
      return Endpoint.Batches;
    default:
      return Endpoint.ChatCompletions;
  }
}

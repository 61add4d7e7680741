/**
 * Requests of a batch, one by one: each becomes `{"custom_id":…,"params":…}` by the code that serves live requests. What its answer
 * would need of the request is refused, because results come without it. Source: docs/batches.md, "Creation".
 */
import { Arena } from "../bytes/arena";
import { equals, equalsLiteral } from "../bytes/compare";
import { Ascii } from "../bytes/ascii";
import * as L from "../bytes/literals";
import { openStruct } from "../bytes/records";
import { makeWriter, Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { Config, Profile } from "../policy/config";
import { makePlan } from "../policy/plan_maker";
import {
  isNativeItem,
  ITEM,
  itemFormat,
  readItem,
  refuseOtherFormat,
} from "../translate/batches/request";
import { readChat } from "../translate/chat/request";
import { writeChat } from "../translate/chat/write";
import { Prompt, readCompletion } from "../translate/completions/request";
import { writeAsMessage } from "../translate/completions/write";
import { putEdited } from "../translate/native/edits";
import { editMembers } from "../translate/native/members";
import { openNativeRequest, readNative } from "../translate/native/request";
import { Facts, Plan } from "../translate/plan";
import { openResponsesRequest, readResponses } from "../translate/responses/request";
import { writeResponses } from "../translate/responses/write";
import { NO_FORMAT } from "../translate/shared/batch_ids";
import { ClientRequest, openClientRequest } from "../translate/shared/client_request";
import { isKept } from "../translate/shared/names";
import {
  atMember,
  problemStatus,
  refuseMemory,
  refuseUnsupported,
  refuseWhole,
} from "../translate/shared/problem";
import { surveyPrefill } from "../translate/shared/prefill";
import { BatchFormat } from "../translate/shared/resource";
import { expectedBytes } from "../translate/shared/write_members";
import { noteEmptyPrefill, settleItemPrefill } from "./prefill";
import { StreamState } from "./stream";

/** Blocks above this size are given back after the callback. */
const KEEP: u32 = 65536;
const PARAMS: Writer = makeWriter();
/** The betas that bodies name. */
const BETAS: Writer = makeWriter();
const BETAS_CAP: u32 = 8192;

/** What all requests of a batch share. */
@unmanaged
@final
export class BatchWork {
  config: Config;
  profile: Profile;
  stream: StreamState; // not owned
  arena: Arena; // of the request at hand
  facts: Facts; // of all requests together
  format: i32; // a BatchFormat; NO_FORMAT: no request has told it yet
}

/** Appends a request that fills `len` bytes. False with a problem, whose parameter is relative to the request. */
export function putRequest(out: Writer, work: BatchWork, ptr: usize, len: u32): bool {
  work.arena.reset();
  const c = openStruct<JsonCursor>(work.arena);
  if (c == null) return refuseMemory();
  if (!readItem(c, ptr, len, work.profile.maxDepth) || !settleFormat(work)) return false;
  out.literal(L.BI_OPEN);
  out.put(ITEM.customPtr, ITEM.customLen);
  out.literal(L.BI_PARAMS);
  if (!putParams(work)) return false;
  out.put(PARAMS.start, PARAMS.length);
  out.byte(Ascii.BraceClose);
  return !out.failed || refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
}

/** Starts a batch, or a further window of one: `arena` holds one request at a time. Null without memory. */
export function openBatchWork(
  owner: Arena,
  stream: StreamState,
  config: Config,
  profile: Profile,
  arena: Arena,
): BatchWork | null {
  const work = openStruct<BatchWork>(owner);
  const facts = openStruct<Facts>(owner);
  if (work == null || facts == null) return null;
  BETAS.begin(0, BETAS_CAP);
  work.stream = stream;
  work.config = config;
  work.profile = profile;
  work.arena = arena;
  work.facts = facts;
  work.format = NO_FORMAT;
  return work;
}

/** Gives back what the requests of a callback needed. */
export function dropRequests(): void {
  PARAMS.finish(KEEP);
}

/** The first request that tells a form tells it for all. */
function settleFormat(work: BatchWork): bool {
  if (ITEM.paramsPtr != 0) return true;
  const format = itemFormat();
  if (ITEM.urlPtr != 0 && format == NO_FORMAT) return false;
  if (work.format == NO_FORMAT) work.format = format == NO_FORMAT ? BatchFormat.Chat : format;
  return format == NO_FORMAT || format == work.format || refuseOtherFormat();
}

/** The Messages request, in PARAMS. False with a problem. */
function putParams(work: BatchWork): bool {
  const format = work.format;
  if (isNativeItem(format)) return putNative(work);
  switch (format) {
    case BatchFormat.Responses:
      return putResponse(work);
    case BatchFormat.Completions:
      return putCompletion(work);
    default:
      return putChat(work);
  }
}

/** A plan for a request that is not streamed, whatever it says. */
function planItem(work: BatchWork, facts: Facts, len: u32): Plan | null {
  facts.stream = false;
  facts.includeUsage = false;
  const plan = makePlan(facts, work.config, work.profile, len, work.arena);
  if (plan == null) {
    if (problemStatus == 0) refuseMemory();
    return null;
  }
  plan.fastMode = false;
  plan.inBatch = true;
  return plan;
}

function putChat(work: BatchWork): bool {
  const request = openClientRequest(work.arena);
  if (request == null) return refuseMemory();
  request.maxMessages = work.profile.maxMessages;
  request.maxTools = work.profile.maxTools;
  if (!readChat(request, ITEM.bodyPtr, ITEM.bodyLen, work.profile.maxDepth)) return false;
  const plan = planItem(work, request.facts, ITEM.bodyLen);
  if (plan == null) return false;
  PARAMS.begin(expectedBytes(request, ITEM.bodyLen), plan.maxOutputBytes);
  return writeChat(PARAMS, request, plan) && finishItem(work, request, plan);
}

function putResponse(work: BatchWork): bool {
  const request = openResponsesRequest(work.arena);
  if (request == null) return refuseMemory();
  const base = request.base;
  base.maxMessages = work.profile.maxMessages;
  base.maxTools = work.profile.maxTools;
  if (!readResponses(request, ITEM.bodyPtr, ITEM.bodyLen, work.profile.maxDepth)) return false;
  const plan = planItem(work, base.facts, ITEM.bodyLen);
  if (plan == null) return false;
  PARAMS.begin(expectedBytes(base, ITEM.bodyLen), plan.maxOutputBytes);
  if (!writeResponses(PARAMS, request, plan)) return false;
  const hosted = request.hasComputer || request.hasLocalShell;
  if (hosted || request.hasShell || request.hasApplyPatch) return refuseTools();
  return finishItem(work, base, plan);
}

function putCompletion(work: BatchWork): bool {
  const request = openClientRequest(work.arena);
  const prompt = openStruct<Prompt>(work.arena);
  if (request == null || prompt == null) return refuseMemory();
  const depth = work.profile.maxDepth;
  if (!readCompletion(request, prompt, ITEM.bodyPtr, ITEM.bodyLen, depth)) return false;
  const plan = planItem(work, request.facts, ITEM.bodyLen);
  if (plan == null) return false;
  PARAMS.begin(expectedBytes(request, ITEM.bodyLen), plan.maxOutputBytes);
  if (!writeAsMessage(PARAMS, request, prompt, plan)) return false;
  if (!prompt.echo) return finishItem(work, request, plan);
  atMember(L.ECHO);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_IN_BATCH);
}

/** What is in Anthropic's form is copied; only what no batch may have, and the model's name, change. */
function putNative(work: BatchWork): bool {
  const request = openNativeRequest(work.arena);
  if (request == null) return refuseMemory();
  const isParams = ITEM.paramsPtr != 0;
  const ptr = isParams ? ITEM.paramsPtr : ITEM.bodyPtr;
  const len = isParams ? ITEM.paramsLen : ITEM.bodyLen;
  request.maxMessages = work.profile.maxMessages;
  request.maxTools = work.profile.maxTools;
  if (!readNative(request, ptr, len, work.profile.maxDepth)) return false;
  const plan = planItem(work, request.facts, len);
  if (plan == null) return false;
  plan.streamInBody = false;
  if (!editMembers(request, plan)) return false;
  PARAMS.begin(len + request.edits.textBytes, plan.maxOutputBytes);
  putEdited(PARAMS, request.edits, ptr, len);
  return settleTurn(work, request.facts, plan, true) && mergeFacts(work, request.facts);
}

/** What the policy says of an assistant turn at the end. `isNative`: the body is the client's own. False with a problem. */
function settleTurn(work: BatchWork, facts: Facts, plan: Plan, isNative: bool): bool {
  // What did not fit is told behind.
  if (PARAMS.failed) return true;
  if (!facts.prefill) {
    if (facts.emptyPrefill) noteEmptyPrefill(work.stream, work.profile);
    return true;
  }
  const turn = surveyPrefill(PARAMS.start, PARAMS.length, work.profile.maxDepth, work.arena);
  if (turn == null) return refuseMemory();
  turn.isNative = isNative;
  return settleItemPrefill(PARAMS, work.stream, turn, facts, plan);
}

function finishItem(work: BatchWork, request: ClientRequest, plan: Plan): bool {
  const facts = request.facts;
  if (facts.legacyFunctions) {
    atMember(L.FUNCTIONS);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_IN_BATCH);
  }
  if (facts.jsonTool && !equalsLiteral(facts.jsonNamePtr, facts.jsonNameLen, L.JSON_RESPONSE))
    return refuseTools();
  const tools = request.talk.tools;
  for (let i: u32 = 0; i < tools.count; i++) if (isKept(tools.at(i))) return refuseTools();
  return settleTurn(work, facts, plan, false) && mergeFacts(work, facts);
}

/** Their calls look different towards the client, and a result does not tell how. */
function refuseTools(): bool {
  atMember(L.TOOLS);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_TOOLS_NOT_IN_BATCH);
}

/** Headers are for all requests: betas are gathered, a user profile cannot be. */
function mergeFacts(work: BatchWork, facts: Facts): bool {
  if (PARAMS.failed) return refuseWhole(413, L.CODE_REQUEST_TOO_LARGE, L.TEXT_OUTPUT_TOO_LARGE);
  if (facts.userProfileLen > 0) {
    atMember(L.USER_PROFILE_ID);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_IN_BATCH);
  }
  work.facts.adapted |= facts.adapted;
  work.facts.features |= facts.features;
  return facts.betasLen == 0 || noteBetas(work, facts.betasPtr, facts.betasLen);
}

/** Adds the betas that a body names to those of the batch; a list that is there already is not repeated. */
function noteBetas(work: BatchWork, ptr: usize, len: u32): bool {
  if (findText(BETAS.start, BETAS.length, ptr, len)) return true;
  if (BETAS.length > 0) BETAS.byte(Ascii.Comma);
  BETAS.put(ptr, len);
  work.facts.betasPtr = BETAS.start;
  work.facts.betasLen = BETAS.length;
  if (!BETAS.failed) return true;
  atMember(L.BETAS);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NOT_IN_BATCH);
}

/** True when a text is part of another. */
function findText(ptr: usize, len: u32, text: usize, textLen: u32): bool {
  for (let i: u32 = 0; i + textLen <= len; i++) if (equals(ptr + i, text, textLen)) return true;
  return false;
}

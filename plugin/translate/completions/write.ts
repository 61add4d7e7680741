/** Legacy Completions: the request upstream, as a message or for the old endpoint. Source: docs/completions.md, "Request". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { kindOf } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { escapeInto } from "../../json/string";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { separate } from "../shared/blocks";
import { ClientRequest } from "../shared/client_request";
import { checkDropped, checkUnknown } from "../shared/dropped_members";
import { maxTokens } from "../shared/max_tokens";
import { applyRouteParams } from "../shared/route_params";
import { atItem, atMember, refuseType, refuseUnsupported } from "../shared/problem";
import { shapeList } from "../shared/shape";
import { putSystem } from "../shared/system";
import { decideThinking } from "../shared/thinking";
import { readThinking } from "../shared/thinking_in";
import { putThinking } from "../shared/thinking_put";
import { putInside } from "../shared/tokens";
import { putMember } from "../shared/tools";
import { putTurns } from "../shared/turns";
import { putUserId } from "../shared/user_id";
import { decideLimit, putHead, putSamplingMembers, putStopMember } from "../shared/write_members";
import { endsWithHuman, findMarker } from "./markers";
import { checkPrompt, Prompt, takeTurns } from "./request";

/** Writes a Messages request. False with a problem; `out` then holds nothing of use. */
export function writeAsMessage(
  out: Writer,
  request: ClientRequest,
  prompt: Prompt,
  plan: Plan,
): bool {
  const facts = request.facts;
  if (!checkPrompt(request, prompt) || !checkMembers(request, plan)) return false;
  if (!takeTurns(request, prompt) || !decideMaximum(request, plan)) return false;
  return shapeList(request.talk, plan, facts) && putMessageBody(out, request, plan);
}

function putMessageBody(out: Writer, request: ClientRequest, plan: Plan): bool {
  const facts = request.facts;
  const thinking = readThinking(request);
  if (thinking == null || !decideThinking(thinking, request.talk, plan, facts)) return false;
  putHead(out, plan);
  const members = request.members;
  const system = members.ptr(ChatKey.System);
  if (!putSystem(out, request.talk, system, members.len(ChatKey.System), 0)) return false;
  out.literal(L.K_MESSAGES);
  if (!putTurns(out, request.talk, plan, facts)) return false;
  if (!putSamplingMembers(out, request, plan) || !putStopMember(out, request)) return false;
  putThinking(out, thinking, plan, facts);
  putUserId(out, members.ptr(ChatKey.User), members.len(ChatKey.User), plan, facts);
  if (facts.stream && plan.streamInBody) out.literal(L.STREAM_TRUE);
  out.byte(Ascii.BraceClose);
  return applyRouteParams(out, request.talk, plan, facts, request.cursor);
}

/** Writes a request for the endpoint that only models before Claude 3 have. */
export function writeAsText(out: Writer, request: ClientRequest, prompt: Prompt, plan: Plan): bool {
  const facts = request.facts;
  const members = request.members;
  if (!checkPrompt(request, prompt) || !checkMembers(request, plan)) return false;
  if (facts.stream) {
    atMember(L.STREAM);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_TEXT_STREAM);
  }
  if (!decideMaximum(request, plan)) return false;
  out.literal(L.TEXT_MODEL_OPEN);
  escapeInto(out, plan.modelPtr, plan.modelLen);
  out.literal(L.TEXT_PROMPT);
  putWrapped(out, prompt, plan.bifrost);
  out.literal(L.TEXT_MAX_TOKENS);
  putU64(out, maxTokens);
  putMember(
    out,
    L.K_TEMPERATURE,
    members.ptr(ChatKey.Temperature),
    members.len(ChatKey.Temperature),
  );
  putMember(out, L.K_TOP_P, members.ptr(ChatKey.TopP), members.len(ChatKey.TopP));
  putMember(out, L.K_TOP_K, members.ptr(ChatKey.TopK), members.len(ChatKey.TopK));
  if (!putStops(out, request)) return false;
  putUserId(out, members.ptr(ChatKey.User), members.len(ChatKey.User), plan, facts);
  if (members.has(ChatKey.System)) note(facts, Adaptation.DroppedUnknown);
  out.byte(Ascii.BraceClose);
  return applyRouteParams(out, request.talk, plan, facts, request.cursor);
}

function checkMembers(request: ClientRequest, plan: Plan): bool {
  if (!checkUnknown(request, plan)) return false;
  for (let key: u32 = 1; key <= <u32>ChatKey.UserProfileId; key++) {
    if (request.members.has(key) && !checkDropped(request, key, plan)) return false;
  }
  return true;
}

function decideMaximum(request: ClientRequest, plan: Plan): bool {
  const members = request.members;
  const ptr = members.ptr(ChatKey.MaxTokens);
  return decideLimit(request, plan, ptr, members.len(ChatKey.MaxTokens), L.MAX_TOKENS);
}

/** The prompt between the words that the endpoint wants, unless it has them. */
function putWrapped(out: Writer, prompt: Prompt, always: bool): void {
  const start = prompt.ptr + 1;
  const end = start + prompt.len - 2;
  const hasTurns = !always && findMarker(start, end) == start;
  out.byte(Ascii.Quote);
  if (!hasTurns) out.literal(L.HUMAN_TURN);
  putInside(out, prompt.ptr, prompt.len);
  if (!hasTurns || endsWithHuman(start, end)) out.literal(L.MARKER_ASSISTANT);
  out.byte(Ascii.Quote);
}

/** `stop_sequences` without empty entries; blank ones are served here. */
function putStops(out: Writer, request: ClientRequest): bool {
  const mark = out.mark();
  out.literal(L.K_STOP_SEQUENCES);
  const first = out.length;
  if (!putList(out, first, request, ChatKey.Stop, L.STOP)) return false;
  if (!putList(out, first, request, ChatKey.StopSequences, L.STOP_SEQUENCES)) return false;
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
  return true;
}

function putList(out: Writer, first: u32, request: ClientRequest, key: ChatKey, name: usize): bool {
  const ptr = request.members.ptr(key);
  const len = request.members.len(key);
  if (len == 0) return true;
  const kind = kindOf(ptr);
  if (kind == JsonKind.String) {
    putEntry(out, first, ptr, len);
    return true;
  }
  atMember(name);
  if (kind != JsonKind.Array) return refuseType(L.TEXT_STRING_OR_STRINGS);
  const c = request.cursor;
  c.open(ptr, len, 2);
  c.enterArray();
  for (let i: u32 = 0; c.nextElement(); i++) {
    atItem(name, i, 0);
    if (c.kind() != JsonKind.String) return refuseType(L.TEXT_A_STRING);
    c.skip();
    putEntry(out, first, c.valuePtr, c.valueLen);
  }
  return true;
}

function putEntry(out: Writer, first: u32, ptr: usize, len: u32): void {
  if (len <= 2) return;
  separate(out, first);
  out.put(ptr, len);
}

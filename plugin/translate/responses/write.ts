/**
 * Responses: the Messages request from the records, by the same emission as Chat's. Source: docs/responses.md, "Request".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { ChatKey } from "../../wire/openai/chat_keys";
import { ResponseKey } from "../../wire/openai/response_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { breakpointMark, outsideMarks } from "../shared/cache_options";
import { placeMarks } from "../shared/cache_marks";
import { checkDropped, checkUnknown } from "../shared/dropped_members";
import { takeHeaders } from "../shared/extensions";
import { checkKeptNames, prepareNames } from "../shared/names";
import { putNativeMembers } from "../shared/native_members";
import { refuseMemory } from "../shared/problem";
import { applyRouteParams } from "../shared/route_params";
import { settleFormat } from "../shared/settle_format";
import { shapeList } from "../shared/shape";
import { endTools, openOutputFormat, OutputFormat } from "../shared/structured_output";
import { bringThinkingBack } from "../shared/thinking_back";
import { decideThinking } from "../shared/thinking";
import { readThinking } from "../shared/thinking_in";
import { ThinkingInput } from "../shared/thinking_input";
import { effortToWrite, putThinking } from "../shared/thinking_put";
import {
  beginToolChoice,
  isForcedChoice,
  readToolChoice,
  settleToolChoice,
} from "../shared/tool_choice";
import { putTools } from "../shared/tools";
import { putTurns } from "../shared/turns";
import {
  decideLimit,
  putHead,
  putOutputMembers,
  putSamplingMembers,
  putStopMember,
  putSystemMember,
} from "../shared/write_members";
import { takeContextManagement } from "./context_management";
import { keepEcho } from "./echo";
import { hostTools } from "./hosted_tools";
import { checkPairs } from "./pairs";
import { ResponsesRequest } from "./request";
import { readTextFormat } from "./text_format";

/** Writes the body. False with a problem; `out` then holds nothing of use. */
export function writeResponses(out: Writer, request: ResponsesRequest, plan: Plan): bool {
  const base = request.base;
  const facts = base.facts;
  if (!checkMembers(request, plan) || !prepareList(out, request, plan)) return false;
  if (!prepareTools(out, request, plan)) return false;
  const thinking = readThinking(base);
  if (thinking == null) return false;
  request.asksSummary = thinking.summary;
  thinking.forced = isForcedChoice();
  if (!decideThinking(thinking, base.talk, plan, facts)) return false;
  const format = prepareFormat(out, request, plan);
  return format != null && putBody(out, request, plan, thinking, format) && keepEcho(request);
}

/** Members without counterpart, in the order of the table. */
function checkMembers(request: ResponsesRequest, plan: Plan): bool {
  const base = request.base;
  if (!checkUnknown(base, plan)) return false;
  for (let key: u32 = 1; key <= <u32>ChatKey.UserProfileId; key++) {
    if (base.members.has(key) && !checkDropped(base, key, plan)) return false;
  }
  if (request.own.has(ResponseKey.MaxToolCalls) && !request.hasWebSearch)
    note(base.facts, Adaptation.DroppedMaxToolCalls);
  return true;
}

/** Decides what does not depend on tools and thinking. */
function prepareList(out: Writer, request: ResponsesRequest, plan: Plan): bool {
  const base = request.base;
  const facts = base.facts;
  const own = request.own;
  const key = ResponseKey.MaxOutputTokens;
  if (!takeHeaders(out, base) || !takeContextManagement(request)) return false;
  if (!decideLimit(base, plan, own.ptr(key), own.len(key), L.MAX_OUTPUT_TOKENS)) return false;
  if (!bringThinkingBack(base.talk, plan, facts)) return false;
  if (!shapeList(base.talk, plan, facts)) return refuseMemory();
  if (!checkPairs(base.talk)) return false;
  placeMarks(base.talk, breakpointMark(base), outsideMarks(base, plan), facts);
  return true;
}

/** Decides tools and names; `out` is scratch space. */
function prepareTools(out: Writer, request: ResponsesRequest, plan: Plan): bool {
  const base = request.base;
  const members = base.members;
  if (!hostTools(request, plan)) return false;
  if (request.serversPtr != 0 && !members.has(ChatKey.McpServers))
    members.set(ChatKey.McpServers, request.serversPtr, request.serversLen);
  if (!prepareNames(out, base.talk, 0, base.facts)) return false;
  return checkKeptNames(base.talk) && prepareChoice(out, request, plan);
}

function prepareChoice(out: Writer, request: ResponsesRequest, plan: Plan): bool {
  const base = request.base;
  const talk = base.talk;
  const members = base.members;
  const serial = talk.tools.count > 0 && members.len(ChatKey.ParallelToolCalls) == 5; // false
  beginToolChoice(serial && !plan.bifrost);
  if (serial && plan.bifrost) note(base.facts, Adaptation.DroppedParallelToolCalls);
  if (talk.tools.count == 0) return true;
  const ptr = members.ptr(ChatKey.ToolChoice);
  const len = members.len(ChatKey.ToolChoice);
  if (len > 0 && !readToolChoice(out, ptr, len, base.cursor, talk, base.facts)) return false;
  settleToolChoice(talk, plan, base.facts);
  return true;
}

function prepareFormat(out: Writer, request: ResponsesRequest, plan: Plan): OutputFormat | null {
  const base = request.base;
  const talk = base.talk;
  const format = openOutputFormat(talk.arena);
  if (format == null) {
    refuseMemory();
    return null;
  }
  if (!readTextFormat(request, format)) return null;
  const alone = talk.tools.count == 0;
  return settleFormat(out, format, talk, plan, base.facts, alone) ? format : null;
}

function putBody(
  out: Writer,
  request: ResponsesRequest,
  plan: Plan,
  thinking: ThinkingInput,
  format: OutputFormat,
): bool {
  const base = request.base;
  const facts = base.facts;
  putHead(out, plan);
  if (!putSystemMember(out, base, format)) return false;
  out.literal(L.K_MESSAGES);
  if (!putTurns(out, base.talk, plan, facts)) return false;
  if (!putToolMembers(out, request, plan, format)) return false;
  if (!putSamplingMembers(out, base, plan)) return false;
  if (!putStopMember(out, base)) return false;
  putThinking(out, thinking, plan, facts);
  putOutputMembers(out, base, plan, format, effortToWrite(thinking, plan, facts));
  putNativeMembers(out, base, plan);
  if (facts.stream && plan.streamInBody) out.literal(L.STREAM_TRUE);
  out.byte(Ascii.BraceClose);
  return applyRouteParams(out, base.talk, plan, facts, base.cursor);
}

/** `tools` and `tool_choice`. False with a problem. */
function putToolMembers(
  out: Writer,
  request: ResponsesRequest,
  plan: Plan,
  format: OutputFormat,
): bool {
  const base = request.base;
  const mark = out.mark();
  out.literal(L.K_TOOLS);
  const first = out.length;
  if (!putTools(out, first, base.talk, plan, base.facts)) return false;
  endTools(out, mark, first, format);
  return true;
}

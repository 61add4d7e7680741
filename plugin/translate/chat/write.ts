/**
 * Chat Completions: the Messages request from the records, members in a fixed order so that equal requests give equal
 * bytes. Source: docs/chat.md, "Parsing" (order), "Every OpenAI field".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { breakpointMark, outsideMarks } from "../shared/cache_options";
import { placeMarks } from "../shared/cache_marks";
import { ClientRequest } from "../shared/client_request";
import { takeHeaders } from "../shared/extensions";
import { putNativeMembers } from "../shared/native_members";
import { applyRouteParams } from "../shared/route_params";
import { shapeList } from "../shared/shape";
import { OutputFormat } from "../shared/structured_output";
import { bringThinkingBack } from "../shared/thinking_back";
import { decideThinking } from "../shared/thinking";
import { readThinking } from "../shared/thinking_in";
import { ThinkingInput } from "../shared/thinking_input";
import { effortToWrite, putThinking } from "../shared/thinking_put";
import { isForcedChoice } from "../shared/tool_choice";
import { putTurns } from "../shared/turns";
import { checkServed } from "../shared/unserved";
import {
  decideLimit,
  isLimit,
  putHead,
  putOutputMembers,
  putSamplingMembers,
  putStopMember,
  putSystemMember,
} from "../shared/write_members";
import { checkMembers } from "./members";
import { prepareFormat, prepareTools, putToolMembers } from "./tool_members";

/** Writes the body. False with a problem; `out` then holds nothing of use. */
export function writeChat(out: Writer, request: ClientRequest, plan: Plan): bool {
  if (!prepareList(out, request, plan)) return false;
  const thinking = readThinking(request);
  if (thinking == null) return false;
  thinking.forced = isForcedChoice();
  if (!decideThinking(thinking, request.talk, plan, request.facts)) return false;
  const format = prepareFormat(out, request, plan);
  return format != null && putBody(out, request, plan, thinking, format);
}

/** Decides what does not depend on thinking, in an order where each decision finds what it needs. */
function prepareList(out: Writer, request: ClientRequest, plan: Plan): bool {
  const facts = request.facts;
  if (!checkMembers(request, plan) || !checkServed(request, plan)) return false;
  if (!takeHeaders(out, request)) return false;
  if (!decideChatLimit(request, plan)) return false;
  if (!bringThinkingBack(request.talk, plan, facts)) return false;
  if (!shapeList(request.talk, plan, facts)) return false;
  placeMarks(request.talk, breakpointMark(request), outsideMarks(request, plan), facts);
  return prepareTools(out, request, plan);
}

function putBody(
  out: Writer,
  request: ClientRequest,
  plan: Plan,
  thinking: ThinkingInput,
  format: OutputFormat,
): bool {
  const facts = request.facts;
  putHead(out, plan);
  if (!putSystemMember(out, request, format)) return false;
  out.literal(L.K_MESSAGES);
  if (!putTurns(out, request.talk, plan, facts)) return false;
  if (!putToolMembers(out, request, plan, format)) return false;
  if (!putSamplingMembers(out, request, plan)) return false;
  if (!putStopMember(out, request)) return false;
  putThinking(out, thinking, plan, facts);
  putOutputMembers(out, request, plan, format, effortToWrite(thinking, plan, facts));
  putNativeMembers(out, request, plan);
  if (facts.stream && plan.streamInBody) out.literal(L.STREAM_TRUE);
  out.byte(Ascii.BraceClose);
  return applyRouteParams(out, request.talk, plan, facts, request.cursor);
}

/** `max_tokens`, whose newer name wins. */
function decideChatLimit(request: ClientRequest, plan: Plan): bool {
  const members = request.members;
  const completion = isLimit(
    members.ptr(ChatKey.MaxCompletionTokens),
    members.len(ChatKey.MaxCompletionTokens),
  );
  const key = completion ? ChatKey.MaxCompletionTokens : ChatKey.MaxTokens;
  const name = completion ? L.MAX_COMPLETION_TOKENS : L.MAX_TOKENS;
  return decideLimit(request, plan, members.ptr(key), members.len(key), name);
}

/**
 * Chat Completions: the Messages request from the records, members in a fixed order so that equal requests give equal
 * bytes. Source: docs/chat.md, "Parsing" (order), "Every OpenAI field".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { openStruct } from "../../bytes/records";
import { SpanTable } from "../../bytes/span_table";
import { readInteger } from "../../json/number";
import { escapeInto } from "../../json/string";
import { putU64 } from "../../bytes/decimal";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { placeMarks } from "../shared/cache_marks";
import { decideMaxTokens, maxTokens } from "../shared/max_tokens";
import { putOutputConfig } from "../shared/output_config";
import { refuseMemory } from "../shared/problem";
import { applyRouteParams, findSetting } from "../shared/route_params";
import { putSampling, SamplingInput } from "../shared/sampling";
import { shapeList } from "../shared/shape";
import { putStop } from "../shared/stop";
import { putSystem } from "../shared/system";
import { putOutputFormat, OutputFormat, OutputMode, systemTail } from "../shared/structured_output";
import { bringThinkingBack } from "../shared/thinking_back";
import { decideThinking, thinkingIsOn } from "../shared/thinking";
import { ThinkingInput } from "../shared/thinking_input";
import { effortToWrite, putThinking } from "../shared/thinking_put";
import { isForcedChoice } from "../shared/tool_choice";
import { putTurns } from "../shared/turns";
import { breakpointMark, outsideMarks } from "./cache";
import { takeHeaders } from "./extensions";
import { checkMembers } from "./members";
import { putNativeMembers } from "./native_members";
import { ChatRequest } from "./request";
import { hasConfigFormat } from "./response_format";
import { readThinking } from "./thinking_in";
import { prepareFormat, prepareTools, putToolMembers } from "./tool_members";

/** Most bytes that one record adds around what it copies. */
const BYTES_PER_RECORD: u32 = 96;
const FIXED_BYTES: u32 = 2048;

/** Upper estimate of the output for a body of `len` bytes; the writer is opened with it. */
export function expectedBytes(request: ChatRequest, len: u32): u32 {
  const talk = request.talk;
  const records = talk.messages.count + talk.parts.count + talk.calls.count + talk.tools.count;
  return len + records * BYTES_PER_RECORD + FIXED_BYTES;
}

/** Writes the body. False with a problem; `out` then holds nothing of use. */
export function writeChat(out: Writer, request: ChatRequest, plan: Plan): bool {
  if (!prepareList(out, request, plan)) return false;
  const thinking = readThinking(request);
  if (thinking == null) return false;
  thinking.forced = isForcedChoice();
  if (!decideThinking(thinking, request.talk, plan, request.facts)) return false;
  const format = prepareFormat(out, request, plan);
  return format != null && putBody(out, request, plan, thinking, format);
}

/** Decides what does not depend on thinking, in an order where each decision finds what it needs. */
function prepareList(out: Writer, request: ChatRequest, plan: Plan): bool {
  const facts = request.facts;
  if (!checkMembers(request, plan) || !takeHeaders(out, request)) return false;
  if (!decideLimit(request, plan)) return false;
  if (!bringThinkingBack(request.talk, plan, facts)) return false;
  if (!shapeList(request.talk, plan, facts)) return false;
  placeMarks(request.talk, breakpointMark(request), outsideMarks(request, plan), facts);
  return prepareTools(out, request, plan);
}

function putBody(
  out: Writer,
  request: ChatRequest,
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

/** `max_tokens`, from the first of the route's and the client's numbers that is there. */
function decideLimit(request: ChatRequest, plan: Plan): bool {
  const members = request.members;
  const completion = isLimit(members, ChatKey.MaxCompletionTokens);
  const key = completion ? ChatKey.MaxCompletionTokens : ChatKey.MaxTokens;
  const name = completion ? L.MAX_COMPLETION_TOKENS : L.MAX_TOKENS;
  const set = findSetting(plan.set, L.MAX_TOKENS);
  const absent = isLimit(members, key) ? -1 : findSetting(plan.setIfAbsent, L.MAX_TOKENS);
  let ptr = members.ptr(key);
  let len = members.len(key);
  if (set >= 0) {
    ptr = plan.set.valuePtr(set);
    len = plan.set.valueLen(set);
  } else if (absent >= 0) {
    ptr = plan.setIfAbsent.valuePtr(absent);
    len = plan.setIfAbsent.valueLen(absent);
  }
  return decideMaxTokens(ptr, len, name, plan, request.facts);
}

/** -1 says the same as no number. */
function isLimit(members: SpanTable, key: ChatKey): bool {
  return members.has(key) && readInteger(members.ptr(key), members.len(key)) != -1;
}

function putHead(out: Writer, plan: Plan): void {
  out.byte(Ascii.BraceOpen);
  if (plan.modelInBody) {
    out.literal(L.MODEL_OPEN);
    escapeInto(out, plan.modelPtr, plan.modelLen);
    out.literal(L.MODEL_CLOSE);
  }
  out.literal(L.MAX_TOKENS_OPEN);
  putU64(out, maxTokens);
}

function putSystemMember(out: Writer, request: ChatRequest, format: OutputFormat): bool {
  const members = request.members;
  const ptr = members.ptr(ChatKey.System);
  return putSystem(out, request.talk, ptr, members.len(ChatKey.System), systemTail(format));
}

/** `output_config` and `output_format`; of two native formats the newer wins. */
function putOutputMembers(
  out: Writer,
  request: ChatRequest,
  plan: Plan,
  format: OutputFormat,
  effort: usize,
): void {
  const members = request.members;
  const native = format.mode == OutputMode.Native ? format : null;
  const double = members.has(ChatKey.OutputFormat) && hasConfigFormat(request);
  if (double) note(request.facts, Adaptation.DroppedOutputFormat);
  putOutputConfig(
    out,
    members.ptr(ChatKey.OutputConfig),
    members.len(ChatKey.OutputConfig),
    effort,
    plan.bifrost ? null : native,
  );
  putOutputFormat(
    out,
    members.ptr(ChatKey.OutputFormat),
    double ? 0 : members.len(ChatKey.OutputFormat),
    plan.bifrost ? native : null,
    request.facts,
  );
}

function putSamplingMembers(out: Writer, request: ChatRequest, plan: Plan): bool {
  const members = request.members;
  const input = openStruct<SamplingInput>(request.talk.arena);
  if (input == null) return refuseMemory();
  input.temperaturePtr = members.ptr(ChatKey.Temperature);
  input.temperatureLen = members.len(ChatKey.Temperature);
  input.topPPtr = members.ptr(ChatKey.TopP);
  input.topPLen = members.len(ChatKey.TopP);
  input.topKPtr = members.ptr(ChatKey.TopK);
  input.topKLen = members.len(ChatKey.TopK);
  input.thinking = thinkingIsOn;
  return putSampling(out, input, plan, request.facts);
}

function putStopMember(out: Writer, request: ChatRequest): bool {
  const members = request.members;
  return putStop(
    out,
    members.ptr(ChatKey.Stop),
    members.len(ChatKey.Stop),
    members.ptr(ChatKey.StopSequences),
    members.len(ChatKey.StopSequences),
    request.facts,
    request.cursor,
  );
}

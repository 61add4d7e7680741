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
import { placeMarks } from "../shared/cache_marks";
import { decideMaxTokens, maxTokens } from "../shared/max_tokens";
import { putOutputConfig } from "../shared/output_config";
import { refuseMemory } from "../shared/problem";
import { putSampling, SamplingInput } from "../shared/sampling";
import { shapeList } from "../shared/shape";
import { putStop } from "../shared/stop";
import { putSystem } from "../shared/system";
import { putToolChoice } from "../shared/tool_choice";
import { putMember, putTools } from "../shared/tools";
import { putTurns } from "../shared/turns";
import { breakpointMark, outsideMarks } from "./cache";
import { checkMembers } from "./members";
import { ChatRequest } from "./request";

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
  const facts = request.facts;
  const members = request.members;
  if (!checkMembers(request, plan)) return false;
  const limit = isLimit(members, ChatKey.MaxCompletionTokens)
    ? ChatKey.MaxCompletionTokens
    : ChatKey.MaxTokens;
  const limitName = limit == ChatKey.MaxTokens ? L.MAX_TOKENS : L.MAX_COMPLETION_TOKENS;
  if (!decideMaxTokens(members.ptr(limit), members.len(limit), limitName, plan, facts))
    return false;
  if (!shapeList(request.talk, plan, facts)) return false;
  placeMarks(request.talk, breakpointMark(request), outsideMarks(request, plan), facts);
  putHead(out, plan);
  if (!putSystem(out, request.talk, members.ptr(ChatKey.System), members.len(ChatKey.System), 0))
    return false;
  out.literal(L.K_MESSAGES);
  if (!putTurns(out, request.talk, plan, facts)) return false;
  if (!putToolMembers(out, request, plan)) return false;
  if (!putSamplingMembers(out, request, plan)) return false;
  if (!putStopMember(out, request)) return false;
  putOutputConfig(
    out,
    members.ptr(ChatKey.OutputConfig),
    members.len(ChatKey.OutputConfig),
    0,
    null,
    request.cursor,
  );
  putTail(out, request, plan);
  return true;
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

function putToolMembers(out: Writer, request: ChatRequest, plan: Plan): bool {
  if (request.talk.tools.count == 0) return true;
  const members = request.members;
  if (!putTools(out, request.talk, plan, request.facts, request.cursor)) return false;
  const serial = members.len(ChatKey.ParallelToolCalls) == 5 && !plan.bifrost; // false
  const choice = members.ptr(ChatKey.ToolChoice);
  return putToolChoice(
    out,
    choice,
    members.len(ChatKey.ToolChoice),
    serial,
    plan,
    request.facts,
    request.cursor,
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

/** The members behind the list, and the closing brace. */
function putTail(out: Writer, request: ChatRequest, plan: Plan): void {
  const members = request.members;
  putUser(out, request);
  putMember(
    out,
    L.K_CACHE_CONTROL,
    members.ptr(ChatKey.CacheControl),
    members.len(ChatKey.CacheControl),
  );
  if (request.facts.stream && plan.streamInBody) out.literal(L.STREAM_TRUE);
  out.byte(Ascii.BraceClose);
}

function putUser(out: Writer, request: ChatRequest): void {
  const members = request.members;
  const key = members.has(ChatKey.User) ? ChatKey.User : ChatKey.SafetyIdentifier;
  if (members.len(key) <= 2) return;
  out.literal(L.METADATA_OPEN);
  out.put(members.ptr(key), members.len(key));
  out.byte(Ascii.BraceClose);
}

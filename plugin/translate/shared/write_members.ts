/** Top-level members of a Messages request that all OpenAI surfaces write in the same way. Source: docs/chat.md, "Every OpenAI field". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { openStruct } from "../../bytes/records";
import { readInteger } from "../../json/number";
import { escapeInto } from "../../json/string";
import { putU64 } from "../../bytes/decimal";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { ClientRequest } from "./client_request";
import { decideMaxTokens, maxTokens } from "./max_tokens";
import { hasConfigFormat } from "./native_format";
import { putOutputConfig } from "./output_config";
import { refuseMemory } from "./problem";
import { findSetting } from "./route_params";
import { putSampling, SamplingInput } from "./sampling";
import { putStop } from "./stop";
import { OutputFormat, OutputMode, putOutputFormat, systemTail } from "./structured_output";
import { putSystem } from "./system";
import { thinkingIsOn } from "./thinking";

/** Most bytes that one record adds around what it copies. */
const BYTES_PER_RECORD: u32 = 96;
const FIXED_BYTES: u32 = 2048;

/** Upper estimate of the output for a body of `len` bytes; the writer is opened with it. */
export function expectedBytes(request: ClientRequest, len: u32): u32 {
  const talk = request.talk;
  const records = talk.messages.count + talk.parts.count + talk.calls.count + talk.tools.count;
  return len + records * BYTES_PER_RECORD + FIXED_BYTES;
}

/**
 * Decides `max_tokens` from the first of the route's and the client's numbers that is there. `ptr`, `len` are the client's, `name` the
 * member they stand in.
 */
export function decideLimit(
  request: ClientRequest,
  plan: Plan,
  ptr: usize,
  len: u32,
  name: usize,
): bool {
  const set = findSetting(plan.set, L.MAX_TOKENS);
  const absent = isLimit(ptr, len) ? -1 : findSetting(plan.setIfAbsent, L.MAX_TOKENS);
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
export function isLimit(ptr: usize, len: u32): bool {
  return len > 0 && readInteger(ptr, len) != -1;
}

/** Opens the body: `model` where the provider wants it there, `max_tokens`, `anthropic_version` likewise. */
export function putHead(out: Writer, plan: Plan): void {
  out.byte(Ascii.BraceOpen);
  if (plan.modelInBody) {
    out.literal(L.MODEL_OPEN);
    escapeInto(out, plan.modelPtr, plan.modelLen);
    out.literal(L.MODEL_CLOSE);
  }
  out.literal(L.MAX_TOKENS_OPEN);
  putU64(out, maxTokens);
  if (plan.versionPtr == 0) return;
  out.literal(L.VERSION_OPEN);
  out.put(plan.versionPtr, plan.versionLen);
  out.literal(L.VERSION_CLOSE);
}

/** `system`. False with a problem. */
export function putSystemMember(out: Writer, request: ClientRequest, format: OutputFormat): bool {
  const members = request.members;
  const ptr = members.ptr(ChatKey.System);
  return putSystem(out, request.talk, ptr, members.len(ChatKey.System), systemTail(format));
}

/** `output_config` and `output_format`; of two native formats the newer wins. */
export function putOutputMembers(
  out: Writer,
  request: ClientRequest,
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

/** `temperature`, `top_p`, `top_k` as far as they may be sent. False with a problem. */
export function putSamplingMembers(out: Writer, request: ClientRequest, plan: Plan): bool {
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

/** `stop_sequences`. False with a problem. */
export function putStopMember(out: Writer, request: ClientRequest): bool {
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

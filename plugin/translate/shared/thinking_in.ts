/**
 * Chat Completions: what the members `reasoning`, `reasoning_effort`, `thinking` and `output_config` ask of thinking.
 * Source: docs/chat.md, "Reasoning"; OpenRouter API, "Reasoning tokens" (the object `reasoning`).
 */
import * as L from "../../bytes/literals";
import { equalsLiteral, literalLen, literalPtr } from "../../bytes/compare";
import { openStruct } from "../../bytes/records";
import { JsonCursor, kindOf } from "../../json/cursor";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { NOT_AN_INTEGER, readInteger } from "../../json/number";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { findThinkingType, ThinkingType } from "../../wire/anthropic/thinking_types";
import { ChatKey } from "../../wire/openai/chat_keys";
import { EffortWord, findEffortWord } from "../../wire/openai/effort_words";
import { BUDGET_MIN } from "./effort";
import { atMember, refuse, refuseMemory, refuseType, refuseValue } from "./problem";
import { NativeThinking, ThinkingInput } from "./thinking_input";
import { ClientRequest } from "./client_request";

/** Words of `reasoning`; the object is read before it is known whether something stronger is there. */
let objectEffort: EffortWord = EffortWord.Unknown;
let enabled: EffortWord = EffortWord.Unknown;

/** Reads the four members; null with a problem. `forced` is left to the caller. */
export function readThinking(request: ClientRequest): ThinkingInput | null {
  const input = openStruct<ThinkingInput>(request.talk.arena);
  if (input == null) {
    refuseMemory();
    return null;
  }
  objectEffort = EffortWord.Unknown;
  enabled = EffortWord.Unknown;
  if (!readNative(request, input) || !readReasoning(request, input)) return null;
  const members = request.members;
  input.modelDisplay = request.isResponses;
  input.asked = objectEffort;
  if (members.has(ChatKey.ReasoningEffort)) {
    const ptr = members.ptr(ChatKey.ReasoningEffort);
    const word = readWord(L.REASONING_EFFORT, ptr, members.len(ChatKey.ReasoningEffort));
    if (word == EffortWord.Unknown) return null;
    if (input.asked == EffortWord.Unknown) input.asked = word;
  }
  if (input.asked == EffortWord.Unknown) input.asked = enabled;
  readNativeEffort(request, input);
  return input;
}

/** An effort word from its token; Unknown with a problem. */
function readWord(member: usize, ptr: usize, len: u32): EffortWord {
  const word = findEffortWord(UNESCAPED_KEY, unescapeShort(ptr + 1, len - 2));
  if (word != EffortWord.Unknown) return word;
  atMember(member);
  refuseValue(L.CODE_INVALID_VALUE, ptr + 1, len - 2, L.TEXT_EFFORTS);
  return word;
}

function openMember(request: ClientRequest, key: ChatKey): JsonCursor {
  const c = request.cursor;
  c.open(request.members.ptr(key), request.members.len(key), DEPTH_CEILING);
  c.enterObject();
  return c;
}

function readReasoning(request: ClientRequest, input: ThinkingInput): bool {
  if (!request.members.has(ChatKey.Reasoning)) return true;
  const c = openMember(request, ChatKey.Reasoning);
  while (c.nextKey()) {
    if (request.isResponses && isSummary(c)) readSummary(c, input);
    else if (!readReasoningMember(c, input)) return false;
  }
  return true;
}

function isSummary(c: JsonCursor): bool {
  return c.keyIs(L.SUMMARY) || c.keyIs(L.GENERATE_SUMMARY);
}

/** A summary is what the Messages API calls its display of thinking; `none` hides it. */
function readSummary(c: JsonCursor, input: ThinkingInput): void {
  const isText = c.kind() == JsonKind.String;
  c.skip();
  if (!isText) return;
  const hidden = equalsLiteral(c.valuePtr, c.valueLen, L.Q_NONE);
  input.summary = !hidden;
  if (input.displayPtr != 0) return;
  const display = hidden ? L.Q_OMITTED : L.Q_SUMMARIZED;
  input.displayPtr = literalPtr(display);
  input.displayLen = literalLen(display);
}

function readReasoningMember(c: JsonCursor, input: ThinkingInput): bool {
  if (c.keyIs(L.EFFORT)) {
    if (!c.skipKind(JsonKind.String)) return wrongKind(L.REASONING_DOT_EFFORT, L.TEXT_A_STRING);
    if (c.valueLen == 0) return true;
    objectEffort = readWord(L.REASONING_DOT_EFFORT, c.valuePtr, c.valueLen);
    return objectEffort != EffortWord.Unknown;
  }
  if (c.keyIs(L.MAX_TOKENS)) {
    if (!c.skipKind(JsonKind.Number)) return wrongKind(L.REASONING_MAX_TOKENS, L.TEXT_AN_INTEGER);
    return c.valueLen == 0 || readBudget(input, c.valuePtr, c.valueLen);
  }
  return readSwitch(c, input);
}

function readSwitch(c: JsonCursor, input: ThinkingInput): bool {
  if (c.keyIs(L.ENABLED)) {
    if (!c.skipBool()) return wrongKind(L.REASONING_ENABLED, L.TEXT_A_BOOLEAN);
    if (c.valueLen > 0) enabled = c.valueLen == 4 ? EffortWord.Medium : EffortWord.None;
    return true;
  }
  if (!c.keyIs(L.EXCLUDE)) return c.skip();
  if (!c.skipBool()) return wrongKind(L.REASONING_EXCLUDE, L.TEXT_A_BOOLEAN);
  input.exclude = c.valueLen == 4;
  return true;
}

function wrongKind(member: usize, expected: usize): bool {
  atMember(member);
  return refuseType(expected);
}

/** A number of tokens; -1 stands for the least that the API takes. */
function readBudget(input: ThinkingInput, ptr: usize, len: u32): bool {
  const value = readInteger(ptr, len);
  atMember(L.REASONING_MAX_TOKENS);
  if (value == NOT_AN_INTEGER) return refuseType(L.TEXT_AN_INTEGER);
  input.budget = value == -1 ? BUDGET_MIN : <u32>value;
  if (value == -1 || value >= <i64>BUDGET_MIN) return true;
  return refuse(400, L.CODE_INTEGER_BELOW, L.TEXT_BUDGET_BELOW);
}

/** The client's own `thinking`; what the API would not understand either is forwarded for it to say so. */
function readNative(request: ClientRequest, input: ThinkingInput): bool {
  const members = request.members;
  if (!members.has(ChatKey.Thinking)) return true;
  input.nativePtr = members.ptr(ChatKey.Thinking);
  if (kindOf(input.nativePtr) != JsonKind.Object) return wrongKind(L.THINKING, L.TEXT_AN_OBJECT);
  input.nativeLen = members.len(ChatKey.Thinking);
  input.native = NativeThinking.Other;
  const c = openMember(request, ChatKey.Thinking);
  while (c.nextKey()) {
    const kind = c.kind();
    if (c.keyIs(L.TYPE) && kind == JsonKind.String) {
      c.skip();
      input.native = nativeType(findThinkingType(c.word(), c.wordLen));
    } else if (c.keyIs(L.BUDGET_TOKENS) && kind == JsonKind.Number) {
      c.skip();
      const value = readInteger(c.valuePtr, c.valueLen);
      input.nativeBudget = value > 0 ? <u32>value : 0;
    } else if (c.keyIs(L.DISPLAY)) {
      c.skipNullable();
      input.displayPtr = c.valuePtr;
      input.displayLen = c.valueLen;
    } else c.skip();
  }
  return true;
}

function nativeType(type: ThinkingType): NativeThinking {
  switch (type) {
    case ThinkingType.Enabled:
      return NativeThinking.Enabled;
    case ThinkingType.Adaptive:
      return NativeThinking.Adaptive;
    case ThinkingType.Disabled:
      return NativeThinking.Disabled;
    default:
      return NativeThinking.Other;
  }
}

function readNativeEffort(request: ClientRequest, input: ThinkingInput): void {
  const members = request.members;
  if (!members.has(ChatKey.OutputConfig)) return;
  if (kindOf(members.ptr(ChatKey.OutputConfig)) != JsonKind.Object) return;
  const c = openMember(request, ChatKey.OutputConfig);
  while (c.nextKey()) {
    const isEffort = c.keyIs(L.EFFORT);
    const kind = c.kind();
    c.skip();
    if (!isEffort || kind == JsonKind.Null) continue;
    input.nativeEffort = true;
    input.nativeWord =
      kind == JsonKind.String ? findEffortWord(c.word(), c.wordLen) : EffortWord.Unknown;
  }
}

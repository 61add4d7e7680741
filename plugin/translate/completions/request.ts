/**
 * Legacy Completions: the walk over the client's body. Members with the names of Chat Completions go into the same table; the prompt
 * becomes the messages of a conversation. Source: docs/completions.md; openai/openai-node 7, src/resources/completions.ts.
 */
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { keepQuoted } from "../../bytes/quoted";
import { readInteger } from "../../json/number";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { ChatKey, findChatKey } from "../../wire/openai/chat_keys";
import { ChatRole } from "../../wire/openai/roles";
import { ClientRequest, noteUnknown, refuseBroken, takeFacts } from "../shared/client_request";
import { ContentKind, Message } from "../shared/conversation";
import { takeExtraParams } from "../shared/extensions";
import { kindOfMember, skipExpected, wrongKind } from "../shared/member_kinds";
import {
  atMember,
  clearProblem,
  refuse,
  refuseJson,
  refuseMemory,
  refuseMissing,
  refuseType,
  refuseUnsupported,
} from "../shared/problem";
import { findMarker, isHuman, MARKER_ASSISTANT, MARKER_HUMAN, markerLen } from "./markers";

/** What only this surface has. */
@unmanaged
@final
export class Prompt {
  ptr: usize; // the prompt's string token
  len: u32;
  count: u32; // entries of an array
  echo: bool;
  suffix: bool; // … that is not empty
  bestOf: bool; // … above 1
}

/** Reads a body of `len` bytes. False when it cannot be served; shared/problem.ts says why. */
export function readCompletion(
  request: ClientRequest,
  prompt: Prompt,
  ptr: usize,
  len: u32,
  depth: u32,
): bool {
  clearProblem();
  const c = request.cursor;
  c.open(ptr, len, depth);
  if (c.kind() != JsonKind.Object) return refuseJson();
  if (!readMembers(request, prompt) || !c.finish()) return refuseBroken(c);
  takeFacts(request);
  return takeExtraParams(request);
}

function readMembers(request: ClientRequest, prompt: Prompt): bool {
  const c = request.cursor;
  c.enterObject();
  while (c.nextKey()) {
    const isOwn = c.keyIs(L.PROMPT) || c.keyIs(L.ECHO) || c.keyIs(L.SUFFIX) || c.keyIs(L.BEST_OF);
    if (!(isOwn ? readOwn(c, prompt) : readShared(request))) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** A member that Chat Completions has, too. */
function readShared(request: ClientRequest): bool {
  const c = request.cursor;
  const key = findChatKey(c.keyPtr, c.keyLen);
  if (!isMember(key)) {
    if (c.kind() != JsonKind.Null) noteUnknown(request);
    return c.skip();
  }
  const expected = kindOfMember(key);
  if (expected == JsonKind.Invalid) {
    if (!c.skipNullable()) return false;
  } else if (!skipExpected(c, expected)) return wrongKind(c, key, expected);
  request.members.set(key, c.valuePtr, c.valueLen);
  return true;
}

function isMember(key: ChatKey): bool {
  switch (key) {
    case ChatKey.Model:
    case ChatKey.MaxTokens:
    case ChatKey.Temperature:
    case ChatKey.TopP:
    case ChatKey.TopK:
    case ChatKey.Stop:
    case ChatKey.StopSequences:
    case ChatKey.N:
    case ChatKey.Stream:
    case ChatKey.StreamOptions:
    case ChatKey.User:
    case ChatKey.System:
    case ChatKey.ExtraParams:
      return true;
    default:
      return isDropped(key);
  }
}

function isDropped(key: ChatKey): bool {
  switch (key) {
    case ChatKey.FrequencyPenalty:
    case ChatKey.PresencePenalty:
    case ChatKey.LogitBias:
    case ChatKey.Logprobs:
    case ChatKey.Seed:
      return true;
    default:
      return false;
  }
}

function readOwn(c: JsonCursor, prompt: Prompt): bool {
  if (c.keyIs(L.PROMPT)) return readPrompt(c, prompt);
  const isEcho = c.keyIs(L.ECHO);
  const isSuffix = c.keyIs(L.SUFFIX);
  const kind = c.kind();
  if (!c.skip()) return false;
  if (isEcho) {
    prompt.echo = kind == JsonKind.True;
    if (prompt.echo || kind == JsonKind.False || kind == JsonKind.Null) return true;
    atMember(L.ECHO);
    return refuseType(L.TEXT_A_BOOLEAN);
  }
  if (isSuffix)
    prompt.suffix = kind != JsonKind.Null && !(kind == JsonKind.String && c.valueLen == 2);
  else prompt.bestOf = kind == JsonKind.Number && readInteger(c.valuePtr, c.valueLen) > 1;
  return true;
}

/** A string, or an array with one of them. */
function readPrompt(c: JsonCursor, prompt: Prompt): bool {
  const kind = c.kind();
  prompt.ptr = 0;
  prompt.len = 0;
  prompt.count = 0;
  if (kind == JsonKind.Null) return c.skip();
  atMember(L.PROMPT);
  if (kind == JsonKind.String) {
    if (!c.skip()) return false;
    prompt.ptr = c.valuePtr;
    prompt.len = c.valueLen;
    return true;
  }
  if (kind != JsonKind.Array) return !c.broken && refuseType(L.TEXT_STRING_OR_STRINGS);
  c.enterArray();
  while (c.nextElement()) {
    const isText = c.kind() == JsonKind.String;
    if (!c.skip()) return false;
    if (!isText) return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_TOKEN_IDS);
    prompt.ptr = c.valuePtr;
    prompt.len = c.valueLen;
    prompt.count += 1;
  }
  return c.status == JsonStatus.Ok;
}

/** Refuses prompts that are none, or several, and what changes number or shape of the choices. */
export function checkPrompt(request: ClientRequest, prompt: Prompt): bool {
  atMember(L.PROMPT);
  if (prompt.count > 1) return refuse(400, L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_ONE_PROMPT);
  if (prompt.len <= 2) return refuseMissing();
  const members = request.members;
  if (members.has(ChatKey.N) && readInteger(members.ptr(ChatKey.N), members.len(ChatKey.N)) != 1) {
    atMember(L.N);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_ONLY_ONE_CHOICE);
  }
  if (prompt.bestOf) {
    atMember(L.BEST_OF);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_ONLY_ONE_CHOICE);
  }
  if (prompt.suffix) {
    atMember(L.SUFFIX);
    return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_INSERTION);
  }
  if (!isScoring(request, prompt)) return true;
  atMember(L.LOGPROBS);
  return refuseUnsupported(L.CODE_UNSUPPORTED_PARAMETER, L.TEXT_NO_SCORING);
}

/** The probabilities of the prompt are asked for, and nothing else. */
function isScoring(request: ClientRequest, prompt: Prompt): bool {
  const members = request.members;
  if (!prompt.echo || !members.has(ChatKey.Logprobs) || !members.has(ChatKey.MaxTokens))
    return false;
  return readInteger(members.ptr(ChatKey.MaxTokens), members.len(ChatKey.MaxTokens)) == 0;
}

/** Makes messages of the prompt: one of the user, or the turns of a prompt in the old form. False without memory. */
export function takeTurns(request: ClientRequest, prompt: Prompt): bool {
  const start = prompt.ptr + 1;
  const end = prompt.ptr + prompt.len - 1;
  if (findMarker(start, end) != start) {
    return addTurn(request, ChatRole.User, prompt.ptr, prompt.len);
  }
  for (let at = start; at < end;) {
    const human = isHuman(at);
    let text = at + markerLen(human ? MARKER_HUMAN : MARKER_ASSISTANT);
    const next = findMarker(text, end);
    if (text < next && byteAt(text) == <u32>Ascii.Space) text += 1;
    const isLast = next == end;
    at = next;
    if (text == next && isLast && !human) break;
    const token = keepQuoted(request.talk.arena, text, <u32>(next - text));
    if (token == 0) return refuseMemory();
    const role: ChatRole = human ? ChatRole.User : ChatRole.Assistant;
    if (!addTurn(request, role, token, <u32>(next - text) + 2)) return false;
  }
  return true;
}

function addTurn(request: ClientRequest, role: ChatRole, ptr: usize, len: u32): bool {
  const messages = request.talk.messages;
  const message: Message | null = messages.push();
  if (message == null) return refuseMemory();
  message.role = role;
  message.index = messages.count - 1;
  message.content = ContentKind.Text;
  message.textPtr = ptr;
  message.textLen = len;
  request.sawMessages = true;
  return true;
}

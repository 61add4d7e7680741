/**
 * Chat Completions: the walk over the client's body. One pass validates the whole document and fills the
 * records of shared/conversation.ts and the table of top-level members; nothing is decided here but what is wrong in
 * itself. Source: docs/chat.md, "Request"; OpenAI API reference, "Create chat completion".
 */
import * as L from "../../bytes/literals";
import { JsonKind, JsonStatus } from "../../json/status";
import { ChatKey, findChatKey } from "../../wire/openai/chat_keys";
import { ClientRequest, noteUnknown, refuseBroken, takeFacts } from "../shared/client_request";
import { takeExtraParams } from "../shared/extensions";
import { kindOfMember, skipExpected, wrongKind } from "../shared/member_kinds";
import { atMember, clearProblem, refuseJson, refuseType } from "../shared/problem";
import { readMessages } from "./messages";
import { readTools } from "./tools";

/**
 * Reads a body of `len` bytes. False when it cannot be served; shared/problem.ts says why. The body must stay in
 * place until the request was written.
 */
export function readChat(request: ClientRequest, ptr: usize, len: u32, depth: u32): bool {
  clearProblem();
  const c = request.cursor;
  c.open(ptr, len, depth);
  if (c.kind() != JsonKind.Object) return refuseJson();
  if (readMembers(request) && c.finish()) {
    takeFacts(request);
    return takeExtraParams(request);
  }
  return refuseBroken(c);
}

function readMembers(request: ClientRequest): bool {
  const c = request.cursor;
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(request, findChatKey(c.keyPtr, c.keyLen))) return false;
  }
  return c.status == JsonStatus.Ok;
}

function readMember(request: ClientRequest, key: ChatKey): bool {
  const c = request.cursor;
  switch (key) {
    case ChatKey.Unknown: {
      if (c.kind() != JsonKind.Null) noteUnknown(request);
      return c.skip();
    }
    case ChatKey.Messages:
      return readMessageList(request);
    case ChatKey.Tools:
      return readToolList(request);
    default: {
      const expected = kindOfMember(key);
      if (expected == JsonKind.Invalid) {
        if (!c.skipNullable()) return false;
      } else if (!skipExpected(c, expected)) {
        return wrongKind(c, key, expected);
      }
      request.members.set(key, c.valuePtr, c.valueLen);
      return true;
    }
  }
}

/** A later `messages` replaces an earlier one. */
function readMessageList(request: ClientRequest): bool {
  const c = request.cursor;
  const talk = request.talk;
  talk.messages.truncate(0);
  talk.parts.truncate(0);
  talk.calls.truncate(0);
  if (c.kind() != JsonKind.Array) return notAnArray(request, L.MESSAGES);
  request.sawMessages = true;
  return readMessages(c, talk, request.facts, request.maxMessages);
}

function readToolList(request: ClientRequest): bool {
  const c = request.cursor;
  request.talk.tools.truncate(0);
  if (c.kind() != JsonKind.Array) return notAnArray(request, L.TOOLS);
  return readTools(c, request.talk, request.maxTools);
}

/** Null is absent; anything else but an array is a problem. */
function notAnArray(request: ClientRequest, member: usize): bool {
  const c = request.cursor;
  if (c.kind() == JsonKind.Null) return c.skip();
  if (c.broken) return false;
  atMember(member);
  return refuseType(L.TEXT_AN_ARRAY);
}

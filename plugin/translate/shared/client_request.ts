/**
 * A request of an OpenAI client while it is read and written: the table of its top-level members and the records of its
 * conversation. Every surface's walk fills one; names that only one surface has stand in a table of that surface.
 */
import { Arena } from "../../bytes/arena";
import * as L from "../../bytes/literals";
import { openStruct } from "../../bytes/records";
import { openSpanTable, SpanTable } from "../../bytes/span_table";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { Facts } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { Conversation, openConversation } from "./conversation";
import { problemStatus, refuseJson, refuseWhole } from "./problem";

/** Rows of the member table: one per ChatKey. */
const MEMBER_COUNT: u32 = 64;

@unmanaged
@final
export class ClientRequest {
  cursor: JsonCursor;
  members: SpanTable; // by ChatKey; null counts as absent
  talk: Conversation;
  facts: Facts;
  maxMessages: u32;
  maxTools: u32;
  sawMessages: bool;
  isResponses: bool; // of that surface: `reasoning.summary` counts, and answers repeat `metadata`
  unknownPtr: usize; // name of the first member that no API has; 0: there is none
  unknownLen: u32;
}

/** Empty request state in `arena`; null without memory. */
export function openClientRequest(arena: Arena): ClientRequest | null {
  const request = openStruct<ClientRequest>(arena);
  const cursor = openStruct<JsonCursor>(arena);
  const members = openSpanTable(arena, MEMBER_COUNT);
  const talk = openConversation(arena);
  const facts = openStruct<Facts>(arena);
  if (request == null || cursor == null || members == null || talk == null || facts == null) {
    return null;
  }
  request.cursor = cursor;
  request.members = members;
  request.talk = talk;
  request.facts = facts;
  return request;
}

/** Notes that the name under the cursor is of no API. */
export function noteUnknown(request: ClientRequest): void {
  const c = request.cursor;
  note(request.facts, Adaptation.DroppedUnknown);
  if (request.unknownPtr != 0) return;
  request.unknownPtr = request.talk.arena.keep(c.keyPtr, c.keyLen);
  request.unknownLen = c.keyLen;
}

/** What the members say that policy and the answer need. */
export function takeFacts(request: ClientRequest): void {
  const facts = request.facts;
  const members = request.members;
  facts.stream = members.len(ChatKey.Stream) == 4; // true
  facts.includeUsage = facts.stream && wantsUsage(request);
  if (!members.has(ChatKey.Model)) return;
  facts.modelPtr = members.ptr(ChatKey.Model) + 1;
  facts.modelLen = members.len(ChatKey.Model) - 2;
}

/** `stream_options.include_usage`. */
function wantsUsage(request: ClientRequest): bool {
  const members = request.members;
  if (!members.has(ChatKey.StreamOptions)) return false;
  const c = request.cursor;
  c.open(members.ptr(ChatKey.StreamOptions), members.len(ChatKey.StreamOptions), 16);
  c.enterObject();
  let wants = false;
  while (c.nextKey()) {
    const isUsage = c.keyIs(L.INCLUDE_USAGE);
    const kind = c.kind();
    c.skip();
    if (isUsage) wants = kind == JsonKind.True;
  }
  return wants;
}

/** Refuses a body whose walk failed: with the problem that was noted, or for its JSON. */
export function refuseBroken(c: JsonCursor): bool {
  if (problemStatus != 0) return false;
  if (c.status == JsonStatus.TooDeep)
    return refuseWhole(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_DEEP);
  return refuseJson();
}

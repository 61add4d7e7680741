/**
 * Responses: `instructions` and the items of `input` as messages. Every item is a message of its own; shared/turns.ts joins those of
 * one side. Source: docs/responses.md, "Items".
 */
import * as L from "../../bytes/literals";
import { unescapeShort, UNESCAPED_KEY } from "../../json/key";
import { kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { findItemKey, ItemKey, itemKeyName } from "../../wire/openai/item_keys";
import { findItemType, ItemType } from "../../wire/openai/item_types";
import { ResponseKey } from "../../wire/openai/response_keys";
import { ChatRole, findChatRole } from "../../wire/openai/roles";
import { ContentKind, Message } from "../shared/conversation";
import { flatPartType } from "../shared/parts";
import { PartType } from "../../wire/openai/part_types";
import {
  atItem,
  atMember,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseType,
  refuseValue,
} from "../shared/problem";
import { takeContent, takePart } from "./content";
import { takeItem } from "./items";
import { ResponsesRequest } from "./request";

/** Fills the records; `input` is a string or an array that is not empty. */
export function readInput(request: ResponsesRequest): bool {
  if (!readInstructions(request)) return false;
  const own = request.own;
  const ptr = own.ptr(ResponseKey.Input);
  const len = own.len(ResponseKey.Input);
  if (kindOf(ptr) == JsonKind.Array) return readList(request, ptr, len);
  const message = pushMessage(request, 0, ChatRole.User);
  return message != null && takeText(message, ptr, len);
}

function takeText(message: Message, ptr: usize, len: u32): bool {
  message.content = ContentKind.Text;
  message.textPtr = ptr;
  message.textLen = len;
  return true;
}

/** A string; or a list of messages, as the response object may have it. */
function readInstructions(request: ResponsesRequest): bool {
  const own = request.own;
  const ptr = own.ptr(ResponseKey.Instructions);
  const len = own.len(ResponseKey.Instructions);
  if (len == 0) return true;
  const talk = request.base.talk;
  const first = talk.messages.count;
  if (kindOf(ptr) == JsonKind.String) {
    const message = pushMessage(request, 0, ChatRole.System);
    if (message == null) return false;
    takeText(message, ptr, len);
  } else if (kindOf(ptr) != JsonKind.Array) {
    atMember(L.INSTRUCTIONS);
    return refuseType(L.TEXT_STRING_OR_ITEMS);
  } else if (!readList(request, ptr, len)) return false;
  for (let i = first; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    message.role = ChatRole.System;
    message.listName = L.INSTRUCTIONS;
  }
  if (talk.messages.count == first || !own.has(ResponseKey.InstructionsCacheControl)) return true;
  const last = talk.messages.at(talk.messages.count - 1);
  last.cachePtr = own.ptr(ResponseKey.InstructionsCacheControl);
  last.cacheLen = own.len(ResponseKey.InstructionsCacheControl);
  return true;
}

function readList(request: ResponsesRequest, ptr: usize, len: u32): bool {
  const c = request.base.cursor;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterArray();
  for (let index: u32 = 0; c.nextElement(); index++) {
    atItem(L.INPUT, index, 0);
    if (index == request.base.maxMessages)
      return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_TOO_MANY_MESSAGES);
    if (c.kind() != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
    const start = c.ptr;
    readMembers(request);
    if (!readItem(request, index, start, <u32>(c.ptr - start))) return false;
  }
  return true;
}

/** The members of the object that comes next, the last of a name; null is absent. */
function readMembers(request: ResponsesRequest): void {
  const c = request.base.cursor;
  const item = request.item;
  item.clearAll();
  c.enterObject();
  while (c.nextKey()) {
    const key = findItemKey(c.keyPtr, c.keyLen);
    c.skipNullable();
    item.set(key, c.valuePtr, c.valueLen);
  }
  item.clear(ItemKey.Unknown);
}

/** Goes by the item's type; one without is a message, a part of one, or a reference, by what it has. */
function readItem(request: ResponsesRequest, index: u32, ptr: usize, len: u32): bool {
  const item = request.item;
  if (!item.has(ItemKey.Type)) {
    if (item.has(ItemKey.Role)) return takeMessage(request, index);
    if (item.has(ItemKey.Text) || item.has(ItemKey.ImageUrl))
      return takeBarePart(request, index, ptr, len);
    if (item.has(ItemKey.Id)) return takeItem(request, ItemType.ItemReference, index);
    atItem(L.INPUT, index, itemKeyName(ItemKey.Type));
    return refuseMissing();
  }
  const typePtr = item.ptr(ItemKey.Type);
  if (kindOf(typePtr) != JsonKind.String) {
    atItem(L.INPUT, index, itemKeyName(ItemKey.Type));
    return refuseType(L.TEXT_A_STRING);
  }
  const size = unescapeShort(typePtr + 1, item.len(ItemKey.Type) - 2);
  const type = findItemType(UNESCAPED_KEY, size);
  if (type == ItemType.Message) return takeMessage(request, index);
  if (type != ItemType.Unknown) return takeItem(request, type, index);
  if (flatPartType(UNESCAPED_KEY, size) != PartType.Unknown)
    return takeBarePart(request, index, ptr, len);
  atItem(L.INPUT, index, itemKeyName(ItemKey.Type));
  return refuseValue(
    L.CODE_INVALID_VALUE,
    typePtr + 1,
    item.len(ItemKey.Type) - 2,
    L.TEXT_ITEM_TYPES,
  );
}

function takeMessage(request: ResponsesRequest, index: u32): bool {
  const item = request.item;
  atItem(L.INPUT, index, itemKeyName(ItemKey.Role));
  if (!item.has(ItemKey.Role)) return refuseMissing();
  const ptr = item.ptr(ItemKey.Role);
  if (kindOf(ptr) != JsonKind.String) return refuseType(L.TEXT_A_STRING);
  const size = unescapeShort(ptr + 1, item.len(ItemKey.Role) - 2);
  const role = findChatRole(UNESCAPED_KEY, size);
  if (role == ChatRole.Unknown || role == ChatRole.Tool || role == ChatRole.Function)
    return refuseValue(
      L.CODE_INVALID_VALUE,
      ptr + 1,
      item.len(ItemKey.Role) - 2,
      L.TEXT_ITEM_ROLES,
    );
  const message = pushMessage(request, index, role);
  if (message == null) return false;
  takeMark(request, message);
  return takeContent(request, message, ItemKey.Content);
}

/** A part that stands in the list itself is a message of the user's. */
function takeBarePart(request: ResponsesRequest, index: u32, ptr: usize, len: u32): bool {
  const message = pushMessage(request, index, ChatRole.User);
  return message != null && takePart(request, message, ptr, len);
}

/** A new message for the item at hand; null without memory, which is noted. */
export function pushMessage(request: ResponsesRequest, index: u32, role: ChatRole): Message | null {
  const message = request.base.talk.messages.push();
  if (message == null) {
    refuseMemory();
    return null;
  }
  message.index = index;
  message.listName = L.INPUT;
  message.role = role;
  return message;
}

/** The cache mark of the item at hand. */
export function takeMark(request: ResponsesRequest, message: Message): void {
  const item = request.item;
  message.cachePtr = item.ptr(ItemKey.CacheControl);
  message.cacheLen = item.len(ItemKey.CacheControl);
  const breakpoint = item.ptr(ItemKey.PromptCacheBreakpoint);
  message.breakpoint = breakpoint != 0 && kindOf(breakpoint) == JsonKind.Object;
}

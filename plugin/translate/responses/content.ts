/** Responses: contents of messages and outputs of calls, as parts of a message. Source: docs/responses.md, "Parts". */
import * as L from "../../bytes/literals";
import { kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ItemKey, itemKeyName } from "../../wire/openai/item_keys";
import { PartType } from "../../wire/openai/part_types";
import { ContentKind, Message } from "../shared/conversation";
import { readOnePart, readParts } from "../shared/parts";
import { atItem, NO_INDEX, refuseType } from "../shared/problem";
import { ResponsesRequest } from "./request";

/** Takes the member `key` of the item at hand, a string or parts; absent is no content. False with a problem. */
export function takeContent(request: ResponsesRequest, message: Message, key: ItemKey): bool {
  const item = request.item;
  if (!item.has(key)) return true;
  const ptr = item.ptr(key);
  const len = item.len(key);
  message.partsName = itemKeyName(key);
  switch (kindOf(ptr)) {
    case JsonKind.String:
      message.content = ContentKind.Text;
      message.textPtr = ptr;
      message.textLen = len;
      return true;
    case JsonKind.Array:
      return takeParts(request, message, ptr, len);
    default:
      atItem(message.listName, message.index, itemKeyName(key));
      return refuseType(L.TEXT_STRING_OR_PARTS);
  }
}

function takeParts(request: ResponsesRequest, message: Message, ptr: usize, len: u32): bool {
  const talk = request.base.talk;
  const c = request.inner;
  c.open(ptr, len, DEPTH_CEILING);
  message.content = ContentKind.Parts;
  message.partsFirst = talk.parts.count;
  if (!readParts(c, talk, message)) return false;
  message.partsCount = talk.parts.count - message.partsFirst;
  if (message.partsCount == 1) simplify(request, message);
  return true;
}

/** One text alone may be a string, unless it is a result's or has a mark. */
function simplify(request: ResponsesRequest, message: Message): void {
  const part = request.base.talk.parts.at(message.partsFirst);
  if (part.type != PartType.Text || part.textPtr == 0 || part.cachePtr != 0) return;
  if (part.breakpoint || message.partsName == itemKeyName(ItemKey.Output)) return;
  message.content = ContentKind.Text;
  message.textPtr = part.textPtr;
  message.textLen = part.textLen;
  message.partsCount = 0;
}

/** Takes one part that stands for itself. */
export function takePart(request: ResponsesRequest, message: Message, ptr: usize, len: u32): bool {
  const talk = request.base.talk;
  const c = request.inner;
  c.open(ptr, len, DEPTH_CEILING);
  message.content = ContentKind.Parts;
  message.partsFirst = talk.parts.count;
  if (!readOnePart(c, talk, message, NO_INDEX)) return false;
  message.partsCount = 1;
  return true;
}

/**
 * Responses: calls of tools that the client runs under a type of their own, and their outputs. Upstream they are calls of client tools:
 * `computer` with Anthropic's actions, the others with the client's own object. Source: docs/responses.md, "Hosted tools".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral, literalLen, literalPtr, startsWithLiteral } from "../../bytes/compare";
import { keepQuoted } from "../../bytes/quoted";
import { makeWriter, Writer } from "../../bytes/writer";
import { kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { escapeInto } from "../../json/string";
import { ItemKey, itemKeyName } from "../../wire/openai/item_keys";
import { ItemType } from "../../wire/openai/item_types";
import { CallKind, ContentKind, Message, ToolCall } from "../shared/conversation";
import { atItem, refuse, refuseMemory, refuseMissing, refuseType } from "../shared/problem";
import { putActionInput } from "./computer_in";
import { takePart, takeContent } from "./content";
import { needText, pushCall, pushOutput } from "./items";
import { ResponsesRequest } from "./request";

/** Longest input that is put together. */
const INPUT_CAP: u32 = 0x0400_0000;
const KEEP: u32 = 4096;

const INPUT: Writer = makeWriter();

/** Takes a call. False with a problem. */
export function takeHostedCall(request: ResponsesRequest, type: ItemType, index: u32): bool {
  const item = request.item;
  const id =
    type == ItemType.LocalShellCall && !item.has(ItemKey.CallId) ? ItemKey.Id : ItemKey.CallId;
  if (!needText(request, id, index)) return false;
  const key = bodyKey(request, type);
  atItem(L.INPUT, index, itemKeyName(key));
  if (!item.has(key)) return refuseMissing();
  const call = pushCall(request, index);
  if (call == null) return false;
  call.kind = CallKind.Object;
  call.idPtr = item.ptr(id);
  call.idLen = item.len(id);
  setName(call, nameOf(type));
  INPUT.begin(item.len(key) + 64, INPUT_CAP);
  const read = putInputOf(request, type, key);
  const kept = read && !INPUT.failed;
  if (kept) {
    call.inputLen = INPUT.length;
    call.inputPtr = request.base.talk.arena.keep(INPUT.start, INPUT.length);
  }
  INPUT.finish(KEEP);
  return read && ((kept && call.inputPtr != 0) || refuseMemory());
}

/** The member that says what is to be done. */
function bodyKey(request: ResponsesRequest, type: ItemType): ItemKey {
  if (type == ItemType.ApplyPatchCall) return ItemKey.Operation;
  const many = type == ItemType.ComputerCall && !request.item.has(ItemKey.Action);
  return many ? ItemKey.Actions : ItemKey.Action;
}

function setName(call: ToolCall, literal: usize): void {
  call.namePtr = literalPtr(literal);
  call.nameLen = literalLen(literal);
}

function nameOf(type: ItemType): usize {
  switch (type) {
    case ItemType.ComputerCall:
      return L.Q_COMPUTER;
    case ItemType.LocalShellCall:
      return L.Q_LOCAL_SHELL;
    case ItemType.ShellCall:
      return L.Q_SHELL;
    default:
      return L.Q_APPLY_PATCH;
  }
}

/** Writes the input of the call. False with a problem, which the caller has named the place of. */
function putInputOf(request: ResponsesRequest, type: ItemType, key: ItemKey): bool {
  const item = request.item;
  const ptr = item.ptr(key);
  const len = item.len(key);
  if (key == ItemKey.Actions) return putOnlyAction(request, ptr, len);
  if (kindOf(ptr) != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
  if (type == ItemType.ComputerCall) return putActionInput(INPUT, request.inner, ptr, len);
  if (type == ItemType.ApplyPatchCall) {
    INPUT.literal(L.OPERATION_OPEN);
    INPUT.put(ptr, len);
    INPUT.byte(Ascii.BraceClose);
    return true;
  }
  if (type == ItemType.ShellCall) {
    INPUT.put(ptr, len);
    return true;
  }
  putWithoutType(request, ptr, len);
  return true;
}

/** Of a list of actions exactly one can be sent. */
function putOnlyAction(request: ResponsesRequest, ptr: usize, len: u32): bool {
  const c = request.inner;
  if (kindOf(ptr) != JsonKind.Array) return refuseType(L.TEXT_AN_ARRAY);
  c.open(ptr, len, DEPTH_CEILING);
  c.enterArray();
  let count: u32 = 0;
  let first: usize = 0;
  let firstLen: u32 = 0;
  while (c.nextElement()) {
    const isObject = c.kind() == JsonKind.Object;
    c.skip();
    count += isObject ? 1 : 2;
    first = c.valuePtr;
    firstLen = c.valueLen;
  }
  if (count != 1) return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_ONE_ACTION);
  return putActionInput(INPUT, c, first, firstLen);
}

/** The members of an action but its `type`. */
function putWithoutType(request: ResponsesRequest, ptr: usize, len: u32): void {
  const c = request.inner;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterObject();
  INPUT.byte(Ascii.BraceOpen);
  while (c.nextKey()) {
    const mark = INPUT.mark();
    if (mark != 1) INPUT.byte(Ascii.Comma);
    INPUT.byte(Ascii.Quote);
    escapeInto(INPUT, c.keyPtr, c.keyLen);
    INPUT.byte(Ascii.Quote);
    INPUT.byte(Ascii.Colon);
    const isType = c.keyIs(L.TYPE);
    c.skip();
    if (isType) INPUT.rewind(mark);
    else INPUT.put(c.valuePtr, c.valueLen);
  }
  INPUT.byte(Ascii.BraceClose);
}

/** Takes what came of a call. False with a problem. */
export function takeHostedOutput(request: ResponsesRequest, type: ItemType, index: u32): bool {
  const item = request.item;
  const byItem = type == ItemType.LocalShellCallOutput && !item.has(ItemKey.CallId);
  const id = byItem ? ItemKey.Id : ItemKey.CallId;
  if (!needText(request, id, index)) return false;
  const message = pushOutput(request, index, id);
  if (message == null || (byItem && !restoreId(request, message))) return false;
  if (equalsLiteral(item.ptr(ItemKey.Status), item.len(ItemKey.Status), L.Q_FAILED))
    message.isError = true;
  if (!item.has(ItemKey.Output))
    return type != ItemType.ApplyPatchCallOutput || takeStatus(request, index);
  return takeOutputOf(request, type, message);
}

/** The item id of a call of ours has the call's id inside. False without memory. */
function restoreId(request: ResponsesRequest, message: Message): bool {
  const prefix = literalLen(L.ID_LOCAL_SHELL);
  const ptr = message.toolCallIdPtr;
  const len = message.toolCallIdLen;
  if (!startsWithLiteral(ptr + 1, len - 2, L.ID_LOCAL_SHELL)) return true;
  message.toolCallIdLen = len - prefix;
  message.toolCallIdPtr = keepQuoted(request.base.talk.arena, ptr + 1 + prefix, len - prefix - 2);
  return message.toolCallIdPtr != 0 || refuseMemory();
}

/** The output of the item at hand as the content of its result. False with a problem. */
function takeOutputOf(request: ResponsesRequest, type: ItemType, message: Message): bool {
  const item = request.item;
  const ptr = item.ptr(ItemKey.Output);
  const len = item.len(ItemKey.Output);
  const kind = kindOf(ptr);
  if (type == ItemType.ComputerCallOutput && kind == JsonKind.Object) {
    message.partsName = itemKeyName(ItemKey.Output);
    return takePart(request, message, ptr, len);
  }
  if (type == ItemType.ShellCallOutput && kind != JsonKind.String)
    return takeAsText(request, message, ptr, len);
  return takeContent(request, message, ItemKey.Output);
}

/** A patch without words says by its status how it went. */
function takeStatus(request: ResponsesRequest, index: u32): bool {
  const messages = request.base.talk.messages;
  const message = messages.at(messages.count - 1);
  const item = request.item;
  if (!item.has(ItemKey.Status)) return true;
  atItem(L.INPUT, index, itemKeyName(ItemKey.Status));
  if (kindOf(item.ptr(ItemKey.Status)) != JsonKind.String) return refuseType(L.TEXT_A_STRING);
  message.content = ContentKind.Text;
  message.textPtr = item.ptr(ItemKey.Status);
  message.textLen = item.len(ItemKey.Status);
  return true;
}

/** The JSON of an output as the text of the result. */
function takeAsText(request: ResponsesRequest, message: Message, ptr: usize, len: u32): bool {
  INPUT.begin(len + 64, INPUT_CAP);
  INPUT.byte(Ascii.Quote);
  escapeInto(INPUT, ptr, len);
  INPUT.byte(Ascii.Quote);
  message.content = ContentKind.Text;
  message.textLen = INPUT.length;
  message.textPtr = INPUT.failed ? 0 : request.base.talk.arena.keep(INPUT.start, INPUT.length);
  INPUT.finish(KEEP);
  return message.textPtr != 0 || refuseMemory();
}

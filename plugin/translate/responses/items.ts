/** Responses: items that are no messages. Source: docs/responses.md, "Items". */
import * as L from "../../bytes/literals";
import { joinTokens } from "../../bytes/quoted";
import { equalsLiteral } from "../../bytes/compare";
import { kindOf } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { ItemKey, itemKeyName } from "../../wire/openai/item_keys";
import { ItemType } from "../../wire/openai/item_types";
import { ChatRole } from "../../wire/openai/roles";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { CallKind, Message, ToolCall } from "../shared/conversation";
import {
  atItem,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseState,
  refuseType,
} from "../shared/problem";
import { takeContent } from "./content";
import { takeHostedCall, takeHostedOutput } from "./hosted_items";
import { takeServerCall } from "./server_items";
import { pushMessage, takeMark } from "./input";
import { takeCompaction, takeReasoning } from "./reasoning_in";
import { ResponsesRequest } from "./request";
import { readMoreTools } from "./tools";

/** Takes the item at hand. False with a problem. */
export function takeItem(request: ResponsesRequest, type: ItemType, index: u32): bool {
  switch (type) {
    case ItemType.FunctionCall:
      return takeCall(request, CallKind.Function, ItemKey.Arguments, index);
    case ItemType.CustomToolCall:
      return takeCall(request, CallKind.Custom, ItemKey.Input, index);
    case ItemType.FunctionCallOutput:
    case ItemType.CustomToolCallOutput:
      return takeOutput(request, index);
    case ItemType.Reasoning:
      return takeReasoning(request, index);
    case ItemType.Compaction:
      return takeCompaction(request, index);
    case ItemType.ItemReference:
      return refuseReference(request, index);
    case ItemType.CompactionTrigger:
      return refuseItem(index, L.TEXT_NO_COMPACTION_TRIGGER);
    default:
      return takeHosted(request, type, index);
  }
}

/** Items of tools that run here or at the upstream. */
function takeHosted(request: ResponsesRequest, type: ItemType, index: u32): bool {
  switch (type) {
    case ItemType.ComputerCall:
    case ItemType.LocalShellCall:
    case ItemType.ShellCall:
    case ItemType.ApplyPatchCall:
      return takeHostedCall(request, type, index);
    case ItemType.ComputerCallOutput:
    case ItemType.LocalShellCallOutput:
    case ItemType.ShellCallOutput:
    case ItemType.ApplyPatchCallOutput:
      return takeHostedOutput(request, type, index);
    case ItemType.WebSearchCall:
    case ItemType.McpCall:
      return takeServerCall(request, type, index);
    case ItemType.AdditionalTools:
    case ItemType.ToolSearchOutput:
      return takeTools(request, index);
    case ItemType.McpApprovalResponse:
      return refuseItem(index, L.TEXT_NO_APPROVAL);
    default:
      // Calls that only OpenAI's servers can replay; what came of them stands in the answer that follows.
      note(request.base.facts, Adaptation.DroppedItem);
      return true;
  }
}

/** Tools that a search found, or that came later, are declared as the others are. */
function takeTools(request: ResponsesRequest, index: u32): bool {
  const item = request.item;
  const ptr = item.ptr(ItemKey.Tools);
  if (ptr == 0) return true;
  atItem(L.INPUT, index, itemKeyName(ItemKey.Tools));
  if (kindOf(ptr) != JsonKind.Array) return refuseType(L.TEXT_AN_ARRAY);
  if (readMoreTools(request, ptr, item.len(ItemKey.Tools))) return true;
  atItem(L.INPUT, index, itemKeyName(ItemKey.Tools));
  return false;
}

function refuseItem(index: u32, reason: usize): bool {
  atItem(L.INPUT, index, itemKeyName(ItemKey.Type));
  return refuse(400, L.CODE_UNSUPPORTED_VALUE, reason);
}

function refuseReference(request: ResponsesRequest, index: u32): bool {
  const item = request.item;
  atItem(L.INPUT, index, itemKeyName(ItemKey.Id));
  const len = item.len(ItemKey.Id);
  const ptr = item.ptr(ItemKey.Id) + 1;
  return refuseState(0, L.TEXT_REFERENCE, ptr, len < 2 ? 0 : len - 2, L.TEXT_NO_REFERENCE);
}

/** A string member that must be there and not be empty. False with a problem. */
export function needText(request: ResponsesRequest, key: ItemKey, index: u32): bool {
  const item = request.item;
  atItem(L.INPUT, index, itemKeyName(key));
  if (!item.has(key)) return refuseMissing();
  if (kindOf(item.ptr(key)) != JsonKind.String) return refuseType(L.TEXT_A_STRING);
  return item.len(key) > 2 || refuseMissing();
}

/** An assistant's message with one call, its id and name still to be set; null without memory. */
export function pushCall(request: ResponsesRequest, index: u32): ToolCall | null {
  const message = pushMessage(request, index, ChatRole.Assistant);
  if (message == null) return null;
  const calls = request.base.talk.calls;
  const call = calls.push();
  if (call == null) {
    refuseMemory();
    return null;
  }
  message.callsFirst = calls.count - 1;
  message.callsCount = 1;
  takeMark(request, message);
  return call;
}

function takeCall(request: ResponsesRequest, kind: CallKind, key: ItemKey, index: u32): bool {
  const item = request.item;
  if (!needText(request, ItemKey.CallId, index) || !needText(request, ItemKey.Name, index))
    return false;
  const call = pushCall(request, index);
  if (call == null) return false;
  call.kind = kind;
  call.idPtr = item.ptr(ItemKey.CallId);
  call.idLen = item.len(ItemKey.CallId);
  if (!takeName(request, call)) return false;
  if (!item.has(key)) return true;
  call.inputPtr = item.ptr(key);
  call.inputLen = item.len(key);
  const found = kindOf(call.inputPtr);
  if (found == JsonKind.String) return true;
  atItem(L.INPUT, index, itemKeyName(key));
  if (found != JsonKind.Object || kind != CallKind.Function) return refuseType(L.TEXT_A_STRING);
  call.kind = CallKind.Object;
  return true;
}

/** The name that the tool has upstream, where a namespace is part of it. */
function takeName(request: ResponsesRequest, call: ToolCall): bool {
  const item = request.item;
  call.namePtr = item.ptr(ItemKey.Name);
  call.nameLen = item.len(ItemKey.Name);
  const space = item.ptr(ItemKey.Namespace);
  const spaceLen = item.len(ItemKey.Namespace);
  if (spaceLen <= 2 || kindOf(space) != JsonKind.String) return true;
  call.namePtr = joinTokens(request.base.talk.arena, space, spaceLen, call.namePtr, call.nameLen);
  call.nameLen = spaceLen + call.nameLen;
  return call.namePtr != 0 || refuseMemory();
}

function takeOutput(request: ResponsesRequest, index: u32): bool {
  if (!needText(request, ItemKey.CallId, index)) return false;
  const message = pushOutput(request, index, ItemKey.CallId);
  return message != null && takeContent(request, message, ItemKey.Output);
}

/** The result of the call that the member `id` names; null without memory. */
export function pushOutput(request: ResponsesRequest, index: u32, id: ItemKey): Message | null {
  const item = request.item;
  const message = pushMessage(request, index, ChatRole.Tool);
  if (message == null) return null;
  message.toolCallIdPtr = item.ptr(id);
  message.toolCallIdLen = item.len(id);
  const failed = item.ptr(ItemKey.IsError);
  message.isError = isIncomplete(request) || (failed != 0 && kindOf(failed) == JsonKind.True);
  takeMark(request, message);
  return message;
}

function isIncomplete(request: ResponsesRequest): bool {
  const item = request.item;
  return equalsLiteral(item.ptr(ItemKey.Status), item.len(ItemKey.Status), L.Q_INCOMPLETE);
}

/**
 * Members of the Messages API that a client of another API may send as they are, and what they mean for the beta header.
 * Source: docs/chat.md, "Anthropic members".
 */
import { equalsLiteral, findLiteral, startsWithLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { makeStruct } from "../../bytes/records";
import { TextMap } from "../../bytes/text_list";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { ChatKey, findChatKey } from "../../wire/openai/chat_keys";
import { Facts, Feature } from "../plan";
import { BetaTool, findBetaTool } from "../../wire/anthropic/beta_tools";
import { Conversation, Tool } from "./conversation";

/** For looks into a mark while another cursor stands beside it. */
const MARK: JsonCursor = makeStruct<JsonCursor>();

/** Notes what a member that the route's configuration adds needs. */
export function noteMember(facts: Facts, map: TextMap, index: u32, c: JsonCursor): void {
  const key = findChatKey(map.keyPtr(index), map.keyLen(index));
  noteNative(facts, key, map.valuePtr(index), map.valueLen(index), c);
}

/** Notes what a member of the outgoing body needs; `key` by its name, which both APIs share where it matters. */
export function noteNative(facts: Facts, key: ChatKey, ptr: usize, len: u32, c: JsonCursor): void {
  switch (key) {
    case ChatKey.ContextManagement:
      noteContextManagement(facts, ptr, len, c);
      break;
    case ChatKey.McpServers:
      noteMcpServers(facts, ptr, len, c);
      break;
    case ChatKey.Fallbacks:
      facts.features |= kindOf(ptr) == JsonKind.Array ? Feature.FallbackList : Feature.Fallbacks;
      break;
    case ChatKey.OutputConfig:
      noteOutputConfig(facts, ptr, len, c);
      break;
    case ChatKey.Diagnostics:
      if (kindOf(ptr) != JsonKind.Null) facts.features |= Feature.Diagnostics;
      break;
    case ChatKey.FallbackCreditToken:
      noteCredit(facts, ptr, len, c);
      break;
    case ChatKey.Speed:
      if (isFast(ptr, len)) facts.features |= Feature.Fast;
      break;
    case ChatKey.CacheControl:
      noteMark(facts, ptr, len);
      break;
    default:
      break;
  }
}

/** Notes what `context_management` needs: compaction, or one of the other edits. */
function noteContextManagement(facts: Facts, ptr: usize, len: u32, c: JsonCursor): void {
  if (!openObject(c, ptr, len)) return;
  while (c.nextKey()) {
    if (c.keyIs(L.EDITS) && c.kind() == JsonKind.Array) noteEdits(facts, c);
    else c.skip();
  }
}

function noteEdits(facts: Facts, c: JsonCursor): void {
  c.enterArray();
  while (c.nextElement()) {
    if (c.kind() == JsonKind.Object) noteEdit(facts, c);
    else c.skip();
  }
}

function noteEdit(facts: Facts, c: JsonCursor): void {
  c.enterObject();
  while (c.nextKey()) {
    const isType = c.keyIs(L.TYPE) && c.kind() == JsonKind.String;
    c.skip();
    if (!isType) continue;
    const compacts = startsWithLiteral(c.word(), c.wordLen, L.COMPACT);
    facts.features |= compacts ? Feature.Compaction : Feature.ContextManagement;
  }
}

/** Notes what `mcp_servers` needs: servers that carry their tool configuration are the older form. */
function noteMcpServers(facts: Facts, ptr: usize, len: u32, c: JsonCursor): void {
  if (kindOf(ptr) != JsonKind.Array) return;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterArray();
  while (c.nextElement()) {
    if (c.kind() == JsonKind.Object) facts.features |= featureOfServer(c);
    else c.skip();
  }
}

function featureOfServer(c: JsonCursor): Feature {
  let feature = Feature.McpServers;
  c.enterObject();
  while (c.nextKey()) {
    if (c.keyIs(L.TOOL_CONFIGURATION)) feature = Feature.McpServersOld;
    c.skip();
  }
  return feature;
}

/** Notes a task budget in `output_config`. */
function noteOutputConfig(facts: Facts, ptr: usize, len: u32, c: JsonCursor): void {
  if (!openObject(c, ptr, len)) return;
  while (c.nextKey()) {
    if (c.keyIs(L.TASK_BUDGET) && c.kind() != JsonKind.Null) facts.features |= Feature.TaskBudget;
    c.skip();
  }
}

/** Notes the form of `fallback_credit_token`: an object with a token, or the token alone. */
function noteCredit(facts: Facts, ptr: usize, len: u32, c: JsonCursor): void {
  if (kindOf(ptr) == JsonKind.String) facts.features |= Feature.FallbackCreditText;
  if (!openObject(c, ptr, len)) return;
  while (c.nextKey()) {
    if (c.keyIs(L.TOKEN) && c.kind() != JsonKind.Null) facts.features |= Feature.FallbackCredit;
    c.skip();
  }
}

/** True for the speed that is not the usual one. */
export function isFast(ptr: usize, len: u32): bool {
  return equalsLiteral(ptr, len, L.FAST_TOKEN);
}

/** Notes a cache mark with a scope of its own. */
export function noteMark(facts: Facts, ptr: usize, len: u32): void {
  if (ptr == 0 || findLiteral(ptr, len, L.SCOPE_TOKEN) == 0 || !openObject(MARK, ptr, len)) return;
  while (MARK.nextKey()) {
    if (MARK.keyIs(L.SCOPE) && MARK.kind() != JsonKind.Null) facts.features |= Feature.CacheScope;
    MARK.skip();
  }
}

/** Notes the marks of the blocks in a native `system`. */
export function noteSystemMarks(facts: Facts, ptr: usize, len: u32, c: JsonCursor): void {
  if (ptr == 0 || kindOf(ptr) != JsonKind.Array) return;
  c.open(ptr, len, DEPTH_CEILING);
  c.enterArray();
  while (c.nextElement()) {
    if (c.kind() != JsonKind.Object) {
      c.skip();
      continue;
    }
    c.enterObject();
    while (c.nextKey()) {
      const isMark = c.keyIs(L.CACHE_CONTROL);
      c.skip();
      if (isMark) noteMark(facts, c.valuePtr, c.valueLen);
    }
  }
}

/** Notes what tools and cache marks of the records need. */
export function noteRecords(facts: Facts, talk: Conversation): void {
  for (let i: u32 = 0; i < talk.messages.count; i++) {
    const message = talk.messages.at(i);
    noteMark(facts, message.cachePtr, message.cacheLen);
  }
  for (let i: u32 = 0; i < talk.parts.count; i++) {
    const part = talk.parts.at(i);
    noteMark(facts, part.cachePtr, part.cacheLen);
  }
  for (let i: u32 = 0; i < talk.calls.count; i++) {
    const call = talk.calls.at(i);
    noteMark(facts, call.cachePtr, call.cacheLen);
  }
  noteTools(facts, talk);
}

function noteTools(facts: Facts, talk: Conversation): void {
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.excluded) continue;
    noteMark(facts, tool.cachePtr, tool.cacheLen);
    noteExtensions(facts, tool);
    if (tool.typeLen > 2) facts.features |= featureOfType(tool.typePtr + 1, tool.typeLen - 2);
  }
}

/** Notes what members of a tool ask for; `false` and empty arrays ask for nothing. */
function noteExtensions(facts: Facts, tool: Tool): void {
  if (tool.deferPtr != 0 && kindOf(tool.deferPtr) == JsonKind.True)
    facts.features |= Feature.AdvancedTools;
  if (tool.callersLen > 2) facts.features |= Feature.AdvancedTools;
  if (tool.examplesLen > 2) facts.features |= Feature.AdvancedTools | Feature.ToolExamples;
  if (tool.eagerPtr != 0 && kindOf(tool.eagerPtr) == JsonKind.True)
    facts.features |= Feature.EagerTools;
}

/** The feature that a tool's type stands for; 0: none. */
function featureOfType(ptr: usize, len: u32): u32 {
  switch (findBetaTool(ptr, len)) {
    case BetaTool.Computer202511:
      return Feature.Computer202511;
    case BetaTool.Computer202501:
      return Feature.Computer202501;
    case BetaTool.Computer202410:
    case BetaTool.Bash202410:
    case BetaTool.TextEditor202410:
      return Feature.Computer202410;
    default:
      break;
  }
  if (startsWithLiteral(ptr, len, L.ADVISOR_TOOL)) return Feature.AdvisorTool;
  if (startsWithLiteral(ptr, len, L.TOOL_SEARCH_TOOL)) return Feature.ToolSearch;
  return startsWithLiteral(ptr, len, L.WEB_SEARCH_TOOLS) ? Feature.WebSearch : 0;
}

function openObject(c: JsonCursor, ptr: usize, len: u32): bool {
  if (kindOf(ptr) != JsonKind.Object) return false;
  c.open(ptr, len, DEPTH_CEILING);
  return c.enterObject();
}

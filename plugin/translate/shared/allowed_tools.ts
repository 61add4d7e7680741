/** `allowed_tools`: which declared tools a request may call. Source: OpenAI API reference, "tool_choice". */
import * as L from "../../bytes/literals";
import { equals, literalLen, literalPtr } from "../../bytes/compare";
import { NOT_FOUND } from "../../bytes/name_index";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { findResponseToolType } from "../../wire/openai/response_tool_types";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";
import { Facts } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { Conversation, Tool, ToolKind } from "./conversation";
import { hostedToken } from "./hosted_names";
import { findDeclared } from "./names";
import { atItem, atMember, refuse, refuseMissing, refuseType, refuseValue } from "./problem";

/** Name of the element read last: a token, or 0. */
let namePtr: usize = 0;
let nameLen: u32 = 0;
/** Label of its MCP server: a token, or 0. */
let serverPtr: usize = 0;
let serverLen: u32 = 0;

/**
 * Marks the tools that a list names. A name that is not declared is a problem: a restriction must not become none; so is an
 * empty list. `out` is scratch space.
 */
export function allowTools(
  out: Writer,
  ptr: usize,
  len: u32,
  cursor: JsonCursor,
  talk: Conversation,
): bool {
  cursor.open(ptr, len, DEPTH_CEILING);
  cursor.enterArray();
  let index: u32 = 0;
  for (; cursor.nextElement(); index++) {
    atItem(L.ALLOWED_LIST, index, 0);
    if (cursor.kind() != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
    readName(cursor);
    if (serverLen > 0) {
      if (!allowServer(talk))
        return refuseValue(L.CODE_INVALID_VALUE, serverPtr + 1, serverLen - 2, L.TEXT_NOT_DECLARED);
      continue;
    }
    if (nameLen <= 2) return refuseMissing();
    const at = findDeclared(out, talk, namePtr, nameLen);
    if (at == NOT_FOUND)
      return refuseValue(L.CODE_INVALID_VALUE, namePtr + 1, nameLen - 2, L.TEXT_NOT_DECLARED);
    talk.tools.at(at).allowed = true;
  }
  if (index > 0) return true;
  atMember(L.ALLOWED_LIST);
  return refuse(400, L.CODE_EMPTY_ARRAY, L.TEXT_NONE_ALLOWED);
}

/** Allows the tools of the server that the element read last names. */
function allowServer(talk: Conversation): bool {
  let found = false;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.serverLen != serverLen || !equals(tool.serverPtr, serverPtr, serverLen)) continue;
    tool.allowed = true;
    found = true;
  }
  return found;
}

/**
 * Leaves all other tools out of the list. A cache mark on one of them means what stands up to it: it moves to the tool in front that stays,
 * as from a blank text; one that is copied as it stands cannot take it.
 */
export function onlyAllowed(talk: Conversation, facts: Facts): void {
  let before: Tool | null = null;
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.allowed) {
      before = tool;
      continue;
    }
    tool.excluded = true;
    if (tool.cachePtr == 0) continue;
    if (before == null || before.kind == ToolKind.Native)
      note(facts, Adaptation.DroppedCacheControl);
    else if (before.cachePtr == 0) {
      before.cachePtr = tool.cachePtr;
      before.cacheLen = tool.cacheLen;
    }
  }
}

/** `{"name":…}`, or the same inside `function` or `custom`. */
function readName(cursor: JsonCursor): void {
  namePtr = serverPtr = 0;
  nameLen = serverLen = 0;
  cursor.enterObject();
  while (cursor.nextKey()) {
    const key = findToolKey(cursor.keyPtr, cursor.keyLen);
    const isBody = key == ToolKey.Function || key == ToolKey.Custom;
    if (isBody && cursor.kind() == JsonKind.Object) {
      cursor.enterObject();
      while (cursor.nextKey()) takeName(cursor);
    } else takeName(cursor);
  }
}

function takeName(cursor: JsonCursor): void {
  const key = findToolKey(cursor.keyPtr, cursor.keyLen);
  const isText = cursor.kind() == JsonKind.String;
  cursor.skip();
  if (!isText) return;
  if (key == ToolKey.Name) {
    namePtr = cursor.valuePtr;
    nameLen = cursor.valueLen;
  } else if (key == ToolKey.ServerLabel) {
    serverPtr = cursor.valuePtr;
    serverLen = cursor.valueLen;
  } else if (key == ToolKey.Type && nameLen == 0) takeHosted(cursor);
}

/** A hosted tool is named by its type. */
function takeHosted(cursor: JsonCursor): void {
  const token = hostedToken(findResponseToolType(cursor.valuePtr + 1, cursor.valueLen - 2));
  if (token == 0) return;
  namePtr = literalPtr(token);
  nameLen = literalLen(token);
}

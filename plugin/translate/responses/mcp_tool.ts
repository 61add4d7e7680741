/** Responses: an MCP tool as an entry of `mcp_servers` and a toolset. Source: docs/responses.md, "MCP". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equalsLiteral, literalLen, startsWithLiteral } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { makeStruct } from "../../bytes/records";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { findHostedKey, HostedKey } from "../../wire/openai/hosted_keys";
import { ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Tool } from "../shared/conversation";
import { atItem, refuse, refuseMissing, refuseType } from "../shared/problem";
import { openTool } from "./hosted_tools";
import { ResponsesRequest } from "./request";

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** What the definition says; spans are JSON. */
let urlPtr: usize = 0;
let urlLen: u32 = 0;
let tokenPtr: usize = 0;
let tokenLen: u32 = 0;
let allowedPtr: usize = 0;
let allowedLen: u32 = 0;
/** `authorization` comes from a header: the inside behind `Bearer `. */
let bearerPtr: usize = 0;
let bearerLen: u32 = 0;

/** Writes the toolset up to its closing brace. False with a problem. */
export function putToolset(out: Writer, request: ResponsesRequest, tool: Tool): bool {
  if (!readMcp(request, tool)) return false;
  out.literal(L.TOOLSET_OPEN);
  out.put(tool.serverPtr, tool.serverLen);
  if (allowedPtr == 0) return true;
  let list = allowedPtr;
  let len = allowedLen;
  if (kindOf(list) == JsonKind.Object) {
    if (!readFilter(tool)) return false;
    if (allowedPtr == 0) return true;
    list = allowedPtr;
    len = allowedLen;
  }
  out.literal(L.TOOLSET_CONFIGS);
  const first = out.length;
  const c = CURSOR;
  c.open(list, len, DEPTH_CEILING);
  if (!c.enterArray()) return refuseAt(tool, L.ALLOWED_TOOLS, L.TEXT_AN_ARRAY);
  while (c.nextElement()) {
    if (c.kind() != JsonKind.String) return refuseAt(tool, L.ALLOWED_TOOLS, L.TEXT_AN_ARRAY);
    c.skip();
    if (out.length != first) out.byte(Ascii.Comma);
    out.put(c.valuePtr, c.valueLen);
    out.literal(L.CONFIG_ENABLED);
  }
  out.byte(Ascii.BraceClose);
  return true;
}

function refuseAt(tool: Tool, member: usize, expected: usize): bool {
  atItem(L.TOOLS, tool.index, member);
  return refuseType(expected);
}

/** `{"tool_names":[…]}` becomes its list; what else a filter says cannot be kept. */
function readFilter(tool: Tool): bool {
  const c = CURSOR;
  c.open(allowedPtr, allowedLen, DEPTH_CEILING);
  allowedPtr = 0;
  c.enterObject();
  while (c.nextKey()) {
    const key = findHostedKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    c.skip();
    if (key == HostedKey.ToolNames && kind == JsonKind.Array) {
      allowedPtr = c.valuePtr;
      allowedLen = c.valueLen;
    } else if (key == HostedKey.ReadOnly && kind == JsonKind.True) {
      atItem(L.TOOLS, tool.index, L.ALLOWED_TOOLS);
      return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_READ_ONLY);
    }
  }
  return true;
}

/** Appends the server to the list that `putToolset` was called for. */
export function putServer(out: Writer, _request: ResponsesRequest, tool: Tool): bool {
  out.byte(out.length == 0 ? Ascii.BracketOpen : Ascii.Comma);
  out.literal(L.SERVER_OPEN);
  out.put(tool.serverPtr, tool.serverLen);
  out.literal(L.K_URL);
  out.put(urlPtr, urlLen);
  if (tokenPtr != 0) {
    out.literal(L.K_AUTHORIZATION_TOKEN);
    out.put(tokenPtr, tokenLen);
  } else if (bearerPtr != 0) {
    out.literal(L.K_AUTHORIZATION_TOKEN);
    out.byte(Ascii.Quote);
    out.put(bearerPtr, bearerLen);
    out.byte(Ascii.Quote);
  }
  out.byte(Ascii.BraceClose);
  return true;
}

function readMcp(request: ResponsesRequest, tool: Tool): bool {
  urlPtr = tokenPtr = allowedPtr = bearerPtr = 0;
  const c = openTool(request, tool);
  while (c.nextKey()) {
    if (!readMember(c, tool)) return false;
  }
  atItem(L.TOOLS, tool.index, L.SERVER_URL);
  if (urlPtr == 0) return refuseMissing();
  if (kindOf(urlPtr) != JsonKind.String) return refuseType(L.TEXT_A_STRING);
  atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.ServerLabel));
  return tool.serverLen > 2 || refuseMissing();
}

function readMember(c: JsonCursor, tool: Tool): bool {
  const key = findHostedKey(c.keyPtr, c.keyLen);
  const kind = c.kind();
  if (key == HostedKey.Headers && kind == JsonKind.Object) return readHeaders(c, tool);
  c.skip();
  if (kind == JsonKind.Null) return true;
  switch (key) {
    case HostedKey.ServerUrl:
      urlPtr = c.valuePtr;
      urlLen = c.valueLen;
      return true;
    case HostedKey.Authorization:
      tokenPtr = c.valuePtr;
      tokenLen = c.valueLen;
      return kind == JsonKind.String || refuseAt(tool, L.AUTHORIZATION, L.TEXT_A_STRING);
    case HostedKey.AllowedTools:
      allowedPtr = c.valuePtr;
      allowedLen = c.valueLen;
      return true;
    case HostedKey.ConnectorId:
    case HostedKey.TunnelId:
      atItem(L.TOOLS, tool.index, key == HostedKey.ConnectorId ? L.CONNECTOR_ID : L.TUNNEL_ID);
      return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_CONNECTOR);
    case HostedKey.RequireApproval:
      return !asksApproval(c) || refuseApproval(tool);
    default:
      return true;
  }
}

function refuseApproval(tool: Tool): bool {
  atItem(L.TOOLS, tool.index, L.REQUIRE_APPROVAL);
  return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_APPROVAL);
}

/** `"always"`, or a filter that names tools which always need it. */
function asksApproval(c: JsonCursor): bool {
  const kind = kindOf(c.valuePtr);
  if (kind == JsonKind.String) return equalsLiteral(c.valuePtr, c.valueLen, L.Q_ALWAYS);
  if (kind != JsonKind.Object) return false;
  const inner = CURSOR;
  let asks = false;
  inner.open(c.valuePtr, c.valueLen, DEPTH_CEILING);
  inner.enterObject();
  while (inner.nextKey()) {
    if (inner.keyIs(L.ALWAYS) && inner.kind() != JsonKind.Null) asks = true;
    inner.skip();
  }
  return asks;
}

/** A bearer token can be passed on; other headers cannot. */
function readHeaders(c: JsonCursor, tool: Tool): bool {
  c.enterObject();
  while (c.nextKey()) {
    const isToken = findHostedKey(c.keyPtr, c.keyLen) == HostedKey.AuthorizationHeader;
    const isText = c.kind() == JsonKind.String;
    c.skip();
    const inside = c.valuePtr + 1;
    if (isToken && isText && startsWithLiteral(inside, c.valueLen - 2, L.BEARER)) {
      bearerPtr = inside + literalLen(L.BEARER);
      bearerLen = c.valueLen - 2 - literalLen(L.BEARER);
      continue;
    }
    atItem(L.TOOLS, tool.index, L.HEADERS);
    return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_HEADERS);
  }
  return true;
}

/**
 * Responses: tools that are more than a function, in Anthropic's form: server tools, the computer, MCP servers, and client tools of
 * ours that stand for a shell or a patch. Made before anything is written. Source: docs/responses.md, "Hosted tools".
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { literalLen, literalPtr } from "../../bytes/compare";
import { makeWriter, Writer } from "../../bytes/writer";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { findHostedKey, HostedKey } from "../../wire/openai/hosted_keys";
import { ResponseKey } from "../../wire/openai/response_keys";
import { hostedToken } from "../shared/hosted_names";
import { ResponseToolType } from "../../wire/openai/response_tool_types";
import { ToolKey, toolKeyName } from "../../wire/openai/tool_keys";
import { Plan } from "../plan";
import { ThinkingClass } from "../traits";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { Tool, ToolKind } from "../shared/conversation";
import {
  atItem,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseValue,
  thenMember,
} from "../shared/problem";
import { putMember } from "../shared/tools";
import { putCodeTool } from "./code_tool";
import { putServer, putToolset } from "./mcp_tool";
import { ResponsesRequest } from "./request";
import { typeOfTool } from "./tools";

/** Longest definition that is put together. */
const TOOL_CAP: u32 = 0x0400_0000;
const KEEP: u32 = 4096;

/** The definition that is being written; another for `mcp_servers`. */
const TOOL: Writer = makeWriter();
const SERVERS: Writer = makeWriter();

/** Puts all hosted tools into their form. False with a problem. */
export function hostTools(request: ResponsesRequest, plan: Plan): bool {
  const talk = request.base.talk;
  SERVERS.begin(0, TOOL_CAP);
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.kind != ToolKind.Native || tool.hasInputSchema || tool.excluded) continue;
    const type = typeOfTool(tool);
    if (type == ResponseToolType.Unknown) continue;
    if (!hostTool(request, tool, type, plan)) return false;
  }
  if (SERVERS.length == 0) return true;
  SERVERS.byte(Ascii.BracketClose);
  request.serversLen = SERVERS.length;
  if (!SERVERS.failed) request.serversPtr = talk.arena.keep(SERVERS.start, SERVERS.length);
  SERVERS.finish(KEEP);
  return request.serversPtr != 0 || refuseMemory();
}

function hostTool(request: ResponsesRequest, tool: Tool, type: ResponseToolType, plan: Plan): bool {
  atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.Type));
  TOOL.begin(tool.rawLen + 256, TOOL_CAP);
  if (!putHosted(request, tool, type, plan)) {
    TOOL.finish(KEEP);
    return false;
  }
  if (tool.excluded) return true;
  if (tool.cachePtr != 0) putMember(TOOL, L.K_CACHE_CONTROL, tool.cachePtr, tool.cacheLen);
  TOOL.byte(Ascii.BraceClose);
  tool.rawLen = TOOL.length;
  tool.rawPtr = TOOL.failed ? 0 : request.base.talk.arena.keep(TOOL.start, TOOL.length);
  TOOL.finish(KEEP);
  const token = hostedToken(type);
  tool.namePtr = token == 0 ? 0 : literalPtr(token);
  tool.nameLen = token == 0 ? 0 : literalLen(token);
  return tool.rawPtr != 0 || refuseMemory();
}

/** Writes the definition up to its closing brace. False with a problem; the place of the type was named. */
function putHosted(
  request: ResponsesRequest,
  tool: Tool,
  type: ResponseToolType,
  plan: Plan,
): bool {
  switch (type) {
    case ResponseToolType.WebSearch:
    case ResponseToolType.WebSearchDated:
    case ResponseToolType.WebSearchPreview:
    case ResponseToolType.WebSearchPreviewDated:
      return plan.serverTools ? putSearch(request, tool) : refuseTool(tool);
    case ResponseToolType.Computer:
    case ResponseToolType.ComputerUse:
    case ResponseToolType.ComputerUsePreview:
      return putComputer(request, tool, plan);
    case ResponseToolType.Mcp:
      return putToolset(TOOL, request, tool) && putServer(SERVERS, request, tool);
    case ResponseToolType.CodeInterpreter:
      return plan.serverTools ? putCodeTool(TOOL, request, tool) : refuseTool(tool);
    case ResponseToolType.ToolSearch:
      return putToolSearch(request, tool);
    default:
      return putSynthetic(request, tool, type);
  }
}

function putSynthetic(request: ResponsesRequest, tool: Tool, type: ResponseToolType): bool {
  switch (type) {
    case ResponseToolType.LocalShell:
      TOOL.literal(L.TOOL_LOCAL_SHELL);
      return true;
    case ResponseToolType.Shell:
      if (hasContainer(request, tool)) return refuseTool(tool);
      TOOL.literal(L.TOOL_SHELL);
      return true;
    case ResponseToolType.ApplyPatch:
      TOOL.literal(L.TOOL_APPLY_PATCH);
      return true;
    default:
      return refuseTool(tool);
  }
}

/** Refuses a tool that nothing behind this gateway runs. */
export function refuseTool(tool: Tool): bool {
  atItem(L.TOOLS, tool.index, toolKeyName(ToolKey.Type));
  return refuseValue(L.CODE_UNSUPPORTED_VALUE, tool.typePtr + 1, tool.typeLen - 2, L.TEXT_NO_TOOL);
}

/** The cursor over a tool's definition. */
export function openTool(request: ResponsesRequest, tool: Tool): JsonCursor {
  const c = request.inner;
  c.open(tool.rawPtr, tool.rawLen, DEPTH_CEILING);
  c.enterObject();
  return c;
}

/** A shell in a container of OpenAI's. */
function hasContainer(request: ResponsesRequest, tool: Tool): bool {
  const c = openTool(request, tool);
  let found = false;
  while (c.nextKey()) {
    const isPlace =
      findHostedKey(c.keyPtr, c.keyLen) == HostedKey.Environment && c.kind() == JsonKind.Object;
    if (!isPlace) {
      c.skip();
      continue;
    }
    c.enterObject();
    while (c.nextKey()) {
      const isType = c.keyIs(L.TYPE);
      c.skip();
      if (isType) found = c.valueLen != literalLen(L.Q_LOCAL);
    }
  }
  return found;
}

function putSearch(request: ResponsesRequest, tool: Tool): bool {
  TOOL.literal(L.WEB_SEARCH_TOOL);
  const limit = TOOL.mark();
  let limited = false;
  const c = openTool(request, tool);
  while (c.nextKey()) {
    const key = findHostedKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    if (key == HostedKey.Filters && kind == JsonKind.Object) {
      putFilters(c);
      continue;
    }
    if (key == HostedKey.UserLocation && kind == JsonKind.Object) {
      putLocation(c);
      continue;
    }
    c.skip();
    if (kind == JsonKind.Null) continue;
    if (key == HostedKey.MaxUses) limited = true;
    takeSearchMember(request, tool, c, key, kind);
  }
  if (tool.excluded || limited) return true;
  const own = request.own;
  if (own.has(ResponseKey.MaxToolCalls) && TOOL.length >= limit)
    putMember(
      TOOL,
      L.K_MAX_USES,
      own.ptr(ResponseKey.MaxToolCalls),
      own.len(ResponseKey.MaxToolCalls),
    );
  return true;
}

function takeSearchMember(
  request: ResponsesRequest,
  tool: Tool,
  c: JsonCursor,
  key: HostedKey,
  kind: JsonKind,
): void {
  const facts = request.base.facts;
  switch (key) {
    case HostedKey.AllowedDomains:
      putMember(TOOL, L.K_ALLOWED_DOMAINS, c.valuePtr, c.valueLen);
      break;
    case HostedKey.BlockedDomains:
      putMember(TOOL, L.K_BLOCKED_DOMAINS, c.valuePtr, c.valueLen);
      break;
    case HostedKey.MaxUses:
      putMember(TOOL, L.K_MAX_USES, c.valuePtr, c.valueLen);
      break;
    case HostedKey.SearchContextSize:
      note(facts, Adaptation.DroppedSearchContext);
      break;
    case HostedKey.ExternalWebAccess:
      // A search of the live web would break the promise.
      if (kind != JsonKind.False) break;
      tool.excluded = true;
      note(facts, Adaptation.DroppedTools);
      break;
    default:
      break;
  }
}

function putFilters(c: JsonCursor): void {
  c.enterObject();
  while (c.nextKey()) {
    const key = findHostedKey(c.keyPtr, c.keyLen);
    c.skipNullable();
    if (c.valueLen == 0) continue;
    if (key == HostedKey.AllowedDomains)
      putMember(TOOL, L.K_ALLOWED_DOMAINS, c.valuePtr, c.valueLen);
    if (key == HostedKey.BlockedDomains)
      putMember(TOOL, L.K_BLOCKED_DOMAINS, c.valuePtr, c.valueLen);
  }
}

/** Members of a place, each a string; others have no counterpart. */
function putLocation(c: JsonCursor): void {
  TOOL.literal(L.K_USER_LOCATION);
  c.enterObject();
  while (c.nextKey()) {
    const key = findHostedKey(c.keyPtr, c.keyLen);
    const isText = c.kind() == JsonKind.String;
    c.skip();
    if (!isText) continue;
    if (key == HostedKey.City) putMember(TOOL, L.K_CITY, c.valuePtr, c.valueLen);
    else if (key == HostedKey.Country) putMember(TOOL, L.K_COUNTRY, c.valuePtr, c.valueLen);
    else if (key == HostedKey.Region) putMember(TOOL, L.K_REGION, c.valuePtr, c.valueLen);
    else if (key == HostedKey.Timezone) putMember(TOOL, L.K_TIMEZONE, c.valuePtr, c.valueLen);
  }
  TOOL.byte(Ascii.BraceClose);
}

/** The older models take the older tool. The size of the display has no default. */
function putComputer(request: ResponsesRequest, tool: Tool, plan: Plan): bool {
  const older = plan.traits.thinking == ThinkingClass.Budget;
  TOOL.literal(older ? L.TOOL_COMPUTER_2025_01 : L.TOOL_COMPUTER_2025_11);
  const version = older ? L.COMPUTER_2025_01 : L.COMPUTER_2025_11;
  tool.typePtr = literalPtr(version);
  tool.typeLen = literalLen(version);
  let sizes: u32 = 0;
  const c = openTool(request, tool);
  while (c.nextKey()) {
    const key = findHostedKey(c.keyPtr, c.keyLen);
    const isNumber = c.kind() == JsonKind.Number;
    c.skip();
    if (!isNumber) continue;
    if (key == HostedKey.DisplayWidth) {
      putMember(TOOL, L.K_DISPLAY_WIDTH, c.valuePtr, c.valueLen);
      sizes |= 1;
    } else if (key == HostedKey.DisplayHeight) {
      putMember(TOOL, L.K_DISPLAY_HEIGHT, c.valuePtr, c.valueLen);
      sizes |= 2;
    }
  }
  if (sizes == 3) return true;
  atItem(L.TOOLS, tool.index, 0);
  thenMember((sizes & 1) == 0 ? L.DISPLAY_WIDTH : L.DISPLAY_HEIGHT);
  return refuseMissing();
}

/** A search that the client would run has no counterpart. */
function putToolSearch(request: ResponsesRequest, tool: Tool): bool {
  const c = openTool(request, tool);
  while (c.nextKey()) {
    const isExecution = findHostedKey(c.keyPtr, c.keyLen) == HostedKey.Execution;
    c.skip();
    if (isExecution && c.valueLen == literalLen(L.Q_CLIENT)) {
      atItem(L.TOOLS, tool.index, L.EXECUTION);
      return refuse(400, L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_CLIENT_SEARCH);
    }
  }
  TOOL.literal(L.TOOL_SEARCH);
  return true;
}

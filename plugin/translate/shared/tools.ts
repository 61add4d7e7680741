/** The elements of the `tools` array from records. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { literalLen, literalPtr } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { makeStruct } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";
import { Facts, Feature, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { closeBlock, separate } from "./blocks";
import { Conversation, Tool, ToolKind } from "./conversation";
import { putCustomBody } from "./custom_tools";
import { putToolName } from "./names";
import { refuseMemory } from "./problem";
import { Has, hasBit, SchemaSurvey, surveySchema } from "./schema_survey";
import { putSurveyed } from "./schema_write";
import { isBlankToken } from "./tokens";

/** For looks into a schema that is already known to be valid. */
const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/**
 * Appends the client's tools to an open array; `first` is the length behind its bracket. False with a problem when memory
 * is exhausted.
 */
export function putTools(
  out: Writer,
  first: u32,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
): bool {
  for (let i: u32 = 0; i < talk.tools.count; i++) {
    const tool = talk.tools.at(i);
    if (tool.excluded) continue;
    separate(out, first);
    if (!putTool(out, talk, tool, plan, facts)) return false;
  }
  return true;
}

function putTool(out: Writer, talk: Conversation, tool: Tool, plan: Plan, facts: Facts): bool {
  if (tool.kind == ToolKind.Native) {
    out.put(tool.rawPtr, tool.rawLen);
    return true;
  }
  out.literal(L.TOOL_OPEN);
  putToolName(out, tool.namePtr, tool.nameLen);
  if (tool.kind == ToolKind.Custom) putCustomBody(out, tool);
  else if (!putFunctionBody(out, talk, tool, plan, facts)) return false;
  putExtensions(out, tool);
  closeBlock(out, tool.cachePtr, tool.cacheLen);
  return true;
}

function putFunctionBody(
  out: Writer,
  talk: Conversation,
  tool: Tool,
  plan: Plan,
  facts: Facts,
): bool {
  if (!isBlankToken(tool.descriptionPtr, tool.descriptionLen)) {
    out.literal(L.K_DESCRIPTION);
    out.put(tool.descriptionPtr, tool.descriptionLen);
  }
  out.literal(L.K_INPUT_SCHEMA);
  if (!tool.strict) {
    putTypedSchema(out, tool.schemaPtr, tool.schemaLen);
    return true;
  }
  return putStrictSchema(out, talk, tool, plan, facts);
}

/** The schema for constrained arguments and `"strict":true`; where that cannot be had, the client's schema alone. */
function putStrictSchema(
  out: Writer,
  talk: Conversation,
  tool: Tool,
  plan: Plan,
  facts: Facts,
): bool {
  const empty = isEmptySchema(tool.schemaPtr, tool.schemaLen);
  const ptr = empty ? literalPtr(L.EMPTY_SCHEMA) : tool.schemaPtr;
  const len = empty ? literalLen(L.EMPTY_SCHEMA) : tool.schemaLen;
  if (plan.strictTools && !plan.bifrost) {
    const survey = surveySchema(talk.arena, ptr, len, plan.maxDepth);
    if (survey == null) return refuseMemory();
    if (isExact(survey)) {
      putSurveyed(out, survey, 0, 0, true);
      out.literal(L.STRICT_TRUE);
      facts.features |= <u32>Feature.StrictTool;
      if (survey.bent) note(facts, Adaptation.ChangedSchema);
      return true;
    }
  }
  note(facts, Adaptation.DroppedStrict);
  putTypedSchema(out, ptr, len);
  return true;
}

/** True when constrained arguments can say what the schema says; closing an open object would not. */
function isExact(survey: SchemaSurvey): bool {
  if (survey.large || survey.loops || survey.conflict || survey.open) return false;
  return !hasBit(survey.nodes.at(0), Has.Ref);
}

/** The client's schema byte for byte; without `type` it gets one, without anything it is the empty object's. */
export function putTypedSchema(out: Writer, ptr: usize, len: u32): void {
  if (isEmptySchema(ptr, len)) {
    out.literal(L.EMPTY_SCHEMA);
    return;
  }
  CURSOR.open(ptr, len, DEPTH_CEILING);
  CURSOR.enterObject();
  while (CURSOR.nextKey()) {
    if (findToolKey(CURSOR.keyPtr, CURSOR.keyLen) == ToolKey.Type) {
      out.put(ptr, len);
      return;
    }
    CURSOR.skip();
  }
  out.literal(L.SCHEMA_TYPE_OPEN);
  out.put(ptr + 1, len - 1);
}

/** True for an absent schema and for one without members. */
function isEmptySchema(ptr: usize, len: u32): bool {
  if (ptr == 0) return true;
  CURSOR.open(ptr, len, DEPTH_CEILING);
  CURSOR.enterObject();
  return !CURSOR.nextKey();
}

function putExtensions(out: Writer, tool: Tool): void {
  putMember(out, L.K_DEFER_LOADING, tool.deferPtr, tool.deferLen);
  putMember(out, L.K_ALLOWED_CALLERS, tool.callersPtr, tool.callersLen);
  putMember(out, L.K_INPUT_EXAMPLES, tool.examplesPtr, tool.examplesLen);
  putMember(out, L.K_EAGER_INPUT_STREAMING, tool.eagerPtr, tool.eagerLen);
}

/** Appends a member whose value is copied; nothing when it is absent. */
export function putMember(out: Writer, key: usize, ptr: usize, len: u32): void {
  if (ptr == 0) return;
  out.literal(key);
  out.put(ptr, len);
}

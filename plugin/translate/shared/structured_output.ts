/**
 * Schema-bound answers: which of the API's ways serves a client's format, and the members that it takes. Native:
 * `output_config.format` (seed mode: `output_format`); else a tool whose input is the answer, forced where that is possible; a
 * bare "some JSON object" becomes a sentence. Source: docs/chat.md, "Structured output".
 */
import * as L from "../../bytes/literals";
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { openStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { Facts, Feature, Plan, SchemaMode } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { separate } from "./blocks";
import { Conversation } from "./conversation";
import { findFreeName, freeNameLen } from "./names";
import { atMember, refuseMemory, refuseUnsupported } from "./problem";
import { SchemaSurvey, surveySchema } from "./schema_survey";
import { putSurveyed } from "./schema_write";
import { isBlankToken } from "./tokens";
import { isForcedChoice, putToolChoice } from "./tool_choice";
import { putTypedSchema } from "./tools";

/** What the client wants, and after the decision how it gets it. */
export const enum OutputMode {
  None = 0,
  /** Some JSON object: a sentence in `system`. */
  Sentence = 1,
  /** Schema: output_config.format or output_format. */
  Native = 2,
  /** Schema: the input of a tool of ours. */
  Tool = 3,
}

/** A format for the answer; spans point into the client's body. */
@unmanaged
@final
export class OutputFormat {
  mode: OutputMode;
  member: usize; // literal of the member that asks for it; 0: `response_format`
  schemaPtr: usize; // JSON object
  schemaLen: u32;
  descriptionPtr: usize; // a string token, or 0
  descriptionLen: u32;
  strict: bool; // objects are closed anyway
  forcible: bool; // a tool call can be forced
  sentence: bool; // decided: the sentence goes into `system`
  survey: SchemaSurvey | null; // OutputMode.Native
  namePtr: usize; // OutputMode.Tool: name of the tool, without quotes
  nameLen: u32;
}

/** A format that asks for nothing; null without memory. */
export function openOutputFormat(arena: Arena): OutputFormat | null {
  return openStruct<OutputFormat>(arena);
}

/**
 * Decides how a wanted schema (mode Native) is served; `out` is scratch space behind what it holds. False with a problem.
 */
export function decideFormat(
  out: Writer,
  format: OutputFormat,
  talk: Conversation,
  plan: Plan,
  facts: Facts,
): bool {
  // An answer that must be a tool call has no text that the sentence could be about.
  if (format.mode == OutputMode.Sentence) format.sentence = !isForcedChoice();
  if (format.sentence) note(facts, Adaptation.ChangedResponseFormat);
  if (format.mode != OutputMode.Native) return true;
  if (plan.schemaMode == SchemaMode.Reject) {
    atMember(format.member == 0 ? L.RESPONSE_FORMAT : format.member);
    return refuseUnsupported(L.CODE_UNSUPPORTED_VALUE, L.TEXT_NO_SCHEMA_OUTPUT);
  }
  if (plan.schemaMode == SchemaMode.Native) {
    const survey = surveySchema(talk.arena, format.schemaPtr, format.schemaLen, plan.maxDepth);
    if (survey == null) return refuseMemory();
    format.survey = survey;
    if (servesNatively(survey, format)) {
      if (survey.bent) note(facts, Adaptation.ChangedSchema);
      return true;
    }
  }
  note(facts, Adaptation.ChangedResponseFormat);
  return useTool(out, format, talk, facts);
}

/** Serves a schema by a tool of ours; false without memory. */
function useTool(out: Writer, format: OutputFormat, talk: Conversation, facts: Facts): bool {
  format.mode = OutputMode.Tool;
  format.sentence = !format.forcible;
  format.namePtr = findFreeName(out, talk, L.JSON_RESPONSE);
  format.nameLen = freeNameLen;
  facts.jsonTool = true;
  facts.jsonNamePtr = format.namePtr;
  facts.jsonNameLen = format.nameLen;
  return format.namePtr != 0 || refuseMemory();
}

/** Open objects would be closed: that is left to a tool where one can be forced. */
function servesNatively(survey: SchemaSurvey, format: OutputFormat): bool {
  return isExpressible(survey) && (!survey.open || format.strict || !format.forcible);
}

/** True when constrained output can say what the schema says, open objects aside. */
export function isExpressible(survey: SchemaSurvey): bool {
  return !survey.large && !survey.loops && !survey.conflict;
}

/** The text that goes to the end of `system`, a block literal; 0: none. */
export function systemTail(format: OutputFormat): usize {
  return format.sentence ? L.JSON_SENTENCE : 0;
}

/** Appends `{"type":"json_schema","schema":…}` of a native format. */
export function putFormat(out: Writer, format: OutputFormat): void {
  const survey = format.survey;
  if (survey == null) return;
  out.literal(L.JSON_SCHEMA_OPEN);
  putSurveyed(out, survey, format.descriptionPtr, format.descriptionLen, false);
  out.byte(Ascii.BraceClose);
}

/** Appends `,"output_format":…`: the derived one in seed mode, else the client's own (JSON, length 0: absent). */
export function putOutputFormat(
  out: Writer,
  native: usize,
  nativeLen: u32,
  format: OutputFormat | null,
  facts: Facts,
): void {
  if (nativeLen == 0 && format == null) return;
  out.literal(L.K_OUTPUT_FORMAT);
  if (nativeLen > 0) out.put(native, nativeLen);
  else if (format != null) putFormat(out, format);
  facts.features |= <u32>Feature.OutputFormat;
}

/** Appends the tool whose input is the answer; the schema is the client's, untouched. */
function putJsonTool(out: Writer, format: OutputFormat): void {
  out.literal(L.TOOL_OPEN);
  out.byte(Ascii.Quote);
  out.put(format.namePtr, format.nameLen);
  out.byte(Ascii.Quote);
  out.literal(L.K_DESCRIPTION);
  if (isBlankToken(format.descriptionPtr, format.descriptionLen))
    out.literal(L.JSON_TOOL_DESCRIPTION);
  else out.put(format.descriptionPtr, format.descriptionLen);
  out.literal(L.K_INPUT_SCHEMA);
  putTypedSchema(out, format.schemaPtr, format.schemaLen);
  out.byte(Ascii.BraceClose);
}

/**
 * Ends the list of tools that began at `first`: with the tool of ours, where the answer is bound by one, and the choice behind it. A list
 * without tools goes, back to `mark`.
 */
export function endTools(out: Writer, mark: u32, first: u32, format: OutputFormat): void {
  if (format.mode == OutputMode.Tool) {
    separate(out, first);
    putJsonTool(out, format);
  }
  if (out.length == first) {
    out.rewind(mark);
    return;
  }
  out.byte(Ascii.BracketClose);
  putToolChoice(out);
}

/** Chat Completions: `response_format`. Source: docs/chat.md, "Structured output"; OpenAI API reference, "response_format". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { findFormatWord, FormatWord } from "../../wire/openai/format_words";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { atMember, refuseMissing, refuseType, refuseValue } from "../shared/problem";
import { hasNativeFormat } from "../shared/native_format";
import { OutputFormat, OutputMode } from "../shared/structured_output";
import { ClientRequest } from "../shared/client_request";

/** The type read last, and whether `json_schema` was an object. */
let type: FormatWord = FormatWord.Unknown;
let typePtr: usize = 0;
let typeLen: u32 = 0;
let sawSchema: bool = false;

/** Fills `format` with what the client wants: mode None, Sentence, or Native with a schema. False with a problem. */
export function readResponseFormat(request: ClientRequest, format: OutputFormat): bool {
  const members = request.members;
  if (!members.has(ChatKey.ResponseFormat)) return true;
  const c = request.cursor;
  type = FormatWord.Unknown;
  typeLen = 0;
  sawSchema = false;
  c.open(members.ptr(ChatKey.ResponseFormat), members.len(ChatKey.ResponseFormat), u32.MAX_VALUE);
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, format, findFormatWord(c.keyPtr, c.keyLen))) return false;
  }
  return decideMode(request, format);
}

function decideMode(request: ClientRequest, format: OutputFormat): bool {
  if (type == FormatWord.Text) return true;
  atMember(L.RESPONSE_FORMAT_TYPE);
  if (typeLen == 0) return refuseMissing();
  if (type != FormatWord.JsonObject && type != FormatWord.JsonSchema)
    return refuseValue(L.CODE_INVALID_VALUE, typePtr + 1, typeLen - 2, L.TEXT_FORMATS);
  if (type == FormatWord.JsonSchema && !sawSchema) {
    atMember(L.RESPONSE_FORMAT_SCHEMA);
    return refuseMissing();
  }
  const bound = type == FormatWord.JsonSchema && format.schemaPtr != 0;
  if (hasNativeFormat(request)) {
    note(request.facts, Adaptation.DroppedResponseFormat);
    return true;
  }
  format.mode = bound ? OutputMode.Native : OutputMode.Sentence;
  return true;
}

function readMember(c: JsonCursor, format: OutputFormat, word: FormatWord): bool {
  const kind = c.kind();
  if (word == FormatWord.JsonSchema && kind == JsonKind.Object) return readSchema(c, format);
  c.skip();
  if (word == FormatWord.Type && kind == JsonKind.String) {
    typePtr = c.valuePtr;
    typeLen = c.valueLen;
    type = findFormatWord(typePtr + 1, typeLen - 2);
  }
  return true;
}

/** The object under `json_schema`. */
function readSchema(c: JsonCursor, format: OutputFormat): bool {
  sawSchema = true;
  c.enterObject();
  while (c.nextKey()) {
    const word = findFormatWord(c.keyPtr, c.keyLen);
    const kind = c.kind();
    c.skipNullable();
    if (word == FormatWord.Schema && kind != JsonKind.Null) {
      atMember(L.RESPONSE_FORMAT_BODY);
      if (kind != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
      format.schemaPtr = c.valuePtr;
      format.schemaLen = c.valueLen;
    } else if (word == FormatWord.Description && kind == JsonKind.String) {
      format.descriptionPtr = c.valuePtr;
      format.descriptionLen = c.valueLen;
    } else if (word == FormatWord.Strict) format.strict = kind == JsonKind.True;
  }
  return true;
}

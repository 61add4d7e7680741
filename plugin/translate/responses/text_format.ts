/** Responses: `text.format`. Source: docs/responses.md, "Structured output". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { findFormatWord, FormatWord } from "../../wire/openai/format_words";
import { ResponseKey } from "../../wire/openai/response_keys";
import { note } from "../shared/adaptation";
import { Adaptation } from "../shared/adaptations";
import { hasNativeFormat } from "../shared/native_format";
import { atMember, refuseMissing, refuseType, refuseValue } from "../shared/problem";
import { OutputFormat, OutputMode } from "../shared/structured_output";
import { ResponsesRequest } from "./request";

/** The type read last; a token. */
let type: FormatWord = FormatWord.Unknown;
let typePtr: usize = 0;
let typeLen: u32 = 0;
let hasFormat: bool = false;

/** Fills `format` with what the client wants: mode None, Sentence, or Native with a schema. False with a problem. */
export function readTextFormat(request: ResponsesRequest, format: OutputFormat): bool {
  format.member = L.TEXT_FORMAT;
  const own = request.own;
  if (!own.has(ResponseKey.Text)) return true;
  const c = request.inner;
  type = FormatWord.Unknown;
  typeLen = 0;
  hasFormat = false;
  c.open(own.ptr(ResponseKey.Text), own.len(ResponseKey.Text), u32.MAX_VALUE);
  c.enterObject();
  while (c.nextKey()) {
    if (c.keyIs(L.FORMAT) && c.kind() == JsonKind.Object) {
      if (!readFormat(c, format)) return false;
      continue;
    }
    if (c.keyIs(L.VERBOSITY) && c.kind() != JsonKind.Null)
      note(request.base.facts, Adaptation.DroppedVerbosity);
    c.skip();
  }
  return !hasFormat || decideMode(request, format);
}

function readFormat(c: JsonCursor, format: OutputFormat): bool {
  hasFormat = true;
  c.enterObject();
  while (c.nextKey()) {
    const word = findFormatWord(c.keyPtr, c.keyLen);
    const kind = c.kind();
    c.skipNullable();
    if (kind != JsonKind.Null && !takeMember(c, format, word, kind)) return false;
  }
  return true;
}

function takeMember(c: JsonCursor, format: OutputFormat, word: FormatWord, kind: JsonKind): bool {
  switch (word) {
    case FormatWord.Type:
      if (kind != JsonKind.String) break;
      typePtr = c.valuePtr;
      typeLen = c.valueLen;
      type = findFormatWord(typePtr + 1, typeLen - 2);
      break;
    case FormatWord.Schema:
      atMember(L.TEXT_FORMAT_SCHEMA);
      if (kind != JsonKind.Object) return refuseType(L.TEXT_AN_OBJECT);
      format.schemaPtr = c.valuePtr;
      format.schemaLen = c.valueLen;
      break;
    case FormatWord.Description:
      if (kind != JsonKind.String) break;
      format.descriptionPtr = c.valuePtr;
      format.descriptionLen = c.valueLen;
      break;
    case FormatWord.Strict:
      format.strict = kind == JsonKind.True;
      break;
    default:
      break;
  }
  return true;
}

function decideMode(request: ResponsesRequest, format: OutputFormat): bool {
  if (type == FormatWord.Text) return true;
  atMember(L.TEXT_FORMAT_TYPE);
  if (typeLen == 0) return refuseMissing();
  if (type != FormatWord.JsonObject && type != FormatWord.JsonSchema)
    return refuseValue(L.CODE_INVALID_VALUE, typePtr + 1, typeLen - 2, L.TEXT_FORMATS);
  if (type == FormatWord.JsonSchema && format.schemaPtr == 0) {
    atMember(L.TEXT_FORMAT_SCHEMA);
    return refuseMissing();
  }
  if (hasNativeFormat(request.base)) {
    note(request.base.facts, Adaptation.DroppedResponseFormat);
    return true;
  }
  format.mode = type == FormatWord.JsonSchema ? OutputMode.Native : OutputMode.Sentence;
  return true;
}

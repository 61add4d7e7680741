/** `response_format` in the words of the Messages API. Source: docs/chat.md, "Structured output". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";

/** A schema that the answer must follow; spans point into the client's body. */
@unmanaged
@final
export class OutputFormat {
  schemaPtr: usize; // JSON object
  schemaLen: u32;
  descriptionPtr: usize; // a string token, or 0
  descriptionLen: u32;
}

/** Appends `{"type":"json_schema","schema":…}`. */
export function putFormat(out: Writer, format: OutputFormat, cursor: JsonCursor): void {
  out.literal(L.JSON_SCHEMA_OPEN);
  out.put(format.schemaPtr, format.schemaLen);
  out.byte(Ascii.BraceClose);
}

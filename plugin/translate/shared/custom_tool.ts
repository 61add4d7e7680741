/** Chat Completions: the input of a custom tool's call, which upstream is a JSON object with one string. Source: docs/chat.md, "Tools". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { escapeInto } from "../../json/string";
import { findToolKey, ToolKey } from "../../wire/openai/tool_keys";

const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/**
 * Appends the input as a string token: the object's first member when it is the string `input`, else the raw JSON, whatever the
 * model made of it. `ptr` 0: there is no input.
 */
export function putCustomInput(out: Writer, ptr: usize, len: u32): void {
  if (ptr == 0) {
    out.literal(L.QUOTED_EMPTY_OBJECT);
    return;
  }
  CURSOR.open(ptr, len, DEPTH_CEILING);
  if (CURSOR.kind() == JsonKind.Object && CURSOR.enterObject() && CURSOR.nextKey()) {
    const isInput = findToolKey(CURSOR.keyPtr, CURSOR.keyLen) == ToolKey.Input;
    if (isInput && CURSOR.kind() == JsonKind.String && CURSOR.skip()) {
      out.put(CURSOR.valuePtr, CURSOR.valueLen);
      return;
    }
  }
  out.byte(Ascii.Quote);
  escapeInto(out, ptr, len);
  out.byte(Ascii.Quote);
}

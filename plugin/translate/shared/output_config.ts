/** `output_config`: effort and schema format share this member, so one function writes both. Source: docs/chat.md, "Structured output", "Reasoning". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor, kindOf } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";
import { escapeInto } from "../../json/string";
import { OutputFormat, putFormat } from "./structured_output";

/** For looks into a value that is already known to be valid. */
const CURSOR: JsonCursor = makeStruct<JsonCursor>();

/** In place of an effort's literal: the client's own effort is not sent. */
export const NO_EFFORT: usize = 1;

/**
 * Appends `,"output_config":{…}`; nothing when there is nothing to say. `native` is the client's own value (JSON, length 0:
 * absent): its members are copied, what is no object is forwarded as it is. `effort` is the literal of a derived effort
 * word, which replaces the native one, or 0, or NO_EFFORT; `format` the derived format, or null: it never replaces a native
 * one, the caller has looked. Spans stay borrowed.
 */
export function putOutputConfig(
  out: Writer,
  native: usize,
  nativeLen: u32,
  effort: usize,
  format: OutputFormat | null,
): void {
  const mark = out.mark();
  out.literal(L.K_OUTPUT_CONFIG);
  const derived = effort != 0 || format != null;
  if (nativeLen > 0 && (!derived || kindOf(native) != JsonKind.Object)) {
    out.put(native, nativeLen);
    return;
  }
  out.byte(Ascii.BraceOpen);
  const first = out.length;
  if (nativeLen > 0) putNative(out, native, nativeLen, effort != 0);
  if (effort > NO_EFFORT) {
    if (out.length != first) out.byte(Ascii.Comma);
    out.literal(L.EFFORT_OPEN);
    out.literal(effort);
    out.byte(Ascii.Quote);
  }
  if (format != null) {
    if (out.length != first) out.byte(Ascii.Comma);
    out.literal(L.FORMAT_OPEN);
    putFormat(out, format);
  }
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BraceClose);
}

/** The members of the client's object, without its effort when that is replaced. */
function putNative(out: Writer, ptr: usize, len: u32, replaceEffort: bool): void {
  const first = out.length;
  const cursor = CURSOR;
  cursor.open(ptr, len, DEPTH_CEILING);
  cursor.enterObject();
  while (cursor.nextKey()) {
    const isEffort = cursor.keyIs(L.EFFORT);
    // Keys of this object have no escapes unless somebody plays; then they are written unescaped, which is the same key.
    const mark = out.mark();
    if (out.length != first) out.byte(Ascii.Comma);
    out.byte(Ascii.Quote);
    escapeInto(out, cursor.keyPtr, cursor.keyLen);
    out.byte(Ascii.Quote);
    out.byte(Ascii.Colon);
    cursor.skip();
    if (isEffort && replaceEffort) out.rewind(mark);
    else out.put(cursor.valuePtr, cursor.valueLen);
  }
}

/** Tool arguments (JSON inside a string) as a tool_use block's `input`. Source: docs/chat.md, "arguments". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { skipSpace } from "../../json/scan";
import { checkDocument } from "../../json/skip";
import { JsonStatus } from "../../json/status";
import { unescapeInto } from "../../json/string";
import { Facts } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { isBlankToken } from "./tokens";

/**
 * Appends the object that a string token holds, its bytes unchanged. Nothing, white space and `null` become `{}`;
 * what is no JSON object becomes `{"raw_arguments": token}`: some model wrote it, and it must not fail now.
 */
export function putInput(out: Writer, ptr: usize, len: u32, depth: u32, facts: Facts): void {
  if (isBlankToken(ptr, len)) {
    out.literal(L.EMPTY_OBJECT);
    return;
  }
  const mark = out.mark();
  unescapeInto(out, ptr + 1, len - 2);
  if (out.failed) return;
  const start = out.start + mark;
  const end = out.cursor;
  const first = skipSpace(start, end);
  if (checkDocument(start, <u32>(end - start), depth) == JsonStatus.Ok) {
    const opener = byteAt(first);
    if (opener == Ascii.BraceOpen) return;
    if (opener == Ascii.LowerN) {
      out.rewind(mark);
      out.literal(L.EMPTY_OBJECT);
      return;
    }
  }
  out.rewind(mark);
  out.literal(L.K_RAW_ARGUMENTS);
  out.put(ptr, len);
  out.byte(Ascii.BraceClose);
  note(facts, Adaptation.RawArguments);
}

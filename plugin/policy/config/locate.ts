/** Where a document stops being JSON, as line and column: for people who wrote it by hand. */
import { Ascii } from "../../bytes/ascii";
import { byteAt } from "../../bytes/compare";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { DEPTH } from "./reader";
import * as T from "./texts";

/** Writes place and reason into an open line; `cursor` is free to use. */
export function putSyntaxError(out: Writer, cursor: JsonCursor, ptr: usize, len: u32): void {
  cursor.open(ptr, len, DEPTH);
  descend(cursor);
  cursor.finish();
  out.literal(T.NOT_JSON);
  putPlace(out, ptr, cursor.ptr);
  out.literal(reasonText(cursor.status));
  if (len > 0 && byteAt(ptr) != Ascii.BraceOpen) out.literal(T.HINT_JSON);
}

/** Walks into everything until the cursor fails; recursion is bounded by DEPTH. */
function descend(cursor: JsonCursor): void {
  switch (cursor.kind()) {
    case JsonKind.Object: {
      cursor.enterObject();
      while (cursor.nextKey()) descend(cursor);
      break;
    }
    case JsonKind.Array: {
      cursor.enterArray();
      while (cursor.nextElement()) descend(cursor);
      break;
    }
    default:
      cursor.skip();
      break;
  }
}

function putPlace(out: Writer, ptr: usize, at: usize): void {
  let line: u32 = 1;
  let start = ptr;
  for (; ptr < at; ptr++) {
    if (byteAt(ptr) != Ascii.LineFeed) continue;
    line += 1;
    start = ptr + 1;
  }
  putU64(out, line);
  out.literal(T.COLUMN);
  putU64(out, <u64>(at - start) + 1);
}

function reasonText(status: JsonStatus): usize {
  switch (status) {
    case JsonStatus.Truncated:
      return T.TRUNCATED;
    case JsonStatus.BadString:
      return T.BAD_STRING;
    case JsonStatus.BadNumber:
      return T.BAD_NUMBER;
    case JsonStatus.TooDeep:
      return T.TOO_DEEP;
    case JsonStatus.Trailing:
      return T.TRAILING;
    default:
      return T.UNEXPECTED;
  }
}

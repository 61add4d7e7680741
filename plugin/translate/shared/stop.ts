/** `stop` and native `stop_sequences` → `stop_sequences`. Source: docs/chat.md, "Every OpenAI field". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { equals } from "../../bytes/compare";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { kindOf } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { Facts } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { separate } from "./blocks";
import { atItem, atMember, refuseType } from "./problem";
import { isBlankToken } from "./tokens";

const SEARCH_UP_TO: usize = 4096;
/** Repetitions are looked for among this many entries: more is no list that a person wrote. */
const MOST_SEARCHES: u32 = 256;

/** Entries of this request that were looked for. */
let searches: u32 = 0;

/** Appends `,"stop_sequences":[…]` without blank entries and duplicates; nothing when none is left. */
export function putStop(
  out: Writer,
  stop: usize,
  stopLen: u32,
  native: usize,
  nativeLen: u32,
  facts: Facts,
  cursor: JsonCursor,
): bool {
  if (stopLen == 0 && nativeLen == 0) return true;
  searches = 0;
  const mark = out.mark();
  out.literal(L.K_STOP_SEQUENCES);
  const first = out.length;
  if (!putList(out, first, stop, stopLen, L.STOP, facts, cursor)) return false;
  if (!putList(out, first, native, nativeLen, L.STOP_SEQUENCES, facts, cursor)) return false;
  if (out.length == first) out.rewind(mark);
  else out.byte(Ascii.BracketClose);
  return true;
}

function putList(
  out: Writer,
  first: u32,
  ptr: usize,
  len: u32,
  member: usize,
  facts: Facts,
  cursor: JsonCursor,
): bool {
  if (len == 0) return true;
  const kind = kindOf(ptr);
  if (kind == JsonKind.String) {
    putEntry(out, first, ptr, len, facts);
    return true;
  }
  if (kind != JsonKind.Array) {
    atMember(member);
    return refuseType(L.TEXT_STRING_OR_STRINGS);
  }
  cursor.open(ptr, len, 2);
  cursor.enterArray();
  for (let i: u32 = 0; cursor.nextElement(); i++) {
    if (cursor.kind() != JsonKind.String) {
      atItem(member, i, 0);
      return refuseType(L.TEXT_A_STRING);
    }
    cursor.skip();
    putEntry(out, first, cursor.valuePtr, cursor.valueLen, facts);
  }
  return true;
}

function putEntry(out: Writer, first: u32, ptr: usize, len: u32, facts: Facts): void {
  if (isBlankToken(ptr, len)) {
    note(facts, Adaptation.FilteredStop);
    return;
  }
  searches += 1;
  if (searches <= MOST_SEARCHES && isThere(out, first, ptr, len)) return;
  separate(out, first);
  out.put(ptr, len);
}

/** Looks for the same token among those written. A quote inside a token is always escaped, so a match is whole. */
function isThere(out: Writer, first: u32, ptr: usize, len: u32): bool {
  const end = out.cursor;
  // Beyond a page of them the search would cost more than the repetition.
  if (end - out.start - first > SEARCH_UP_TO) return false;
  for (let at = out.start + first; at + len <= end; at++) {
    if (equals(at, ptr, len)) return true;
  }
  return false;
}

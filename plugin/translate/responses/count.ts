/** Responses: counting the tokens of a request, and the answer. Source: docs/responses.md, "Counting". */
import { Arena } from "../../bytes/arena";
import { equalsLiteral } from "../../bytes/compare";
import { Ascii } from "../../bytes/ascii";
import * as L from "../../bytes/literals";
import { openRecords } from "../../bytes/records";
import { splice } from "../../bytes/splice";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { readInteger } from "../../json/number";
import { DEPTH_CEILING } from "../../json/skip";
import { findRequestKey, RequestKey } from "../../wire/anthropic/request_keys";

/** A member that goes. */
@unmanaged
@final
class Cut {
  offset: u32;
  len: u32;
}

/** Leaves in `out`, a Messages request of ours, only what counting takes. False without memory. */
export function keepCounted(out: Writer, arena: Arena, c: JsonCursor): bool {
  const cuts = openRecords<Cut>(arena);
  if (cuts == null) return false;
  if (out.failed) return true;
  let kept = false;
  c.open(out.start, out.length, DEPTH_CEILING);
  c.enterObject();
  while (c.nextKey()) {
    const key = c.keyPtr;
    const goes = isUncounted(findRequestKey(key, c.keyLen));
    c.skip();
    kept = kept || !goes;
    if (!goes) continue;
    const cut = cuts.push();
    if (cut == null) return false;
    // Our own output has no white space: quote and comma are neighbours, and `messages` always stays.
    cut.offset = <u32>(key - out.start) - (kept ? 2 : 1);
    cut.len = <u32>(c.valuePtr + c.valueLen - key) + 2;
  }
  for (let i = cuts.count; i > 0; i--) splice(out, cuts.at(i - 1).offset, cuts.at(i - 1).len, 0, 0);
  return true;
}

function isUncounted(key: RequestKey): bool {
  return key == RequestKey.Stream || key >= RequestKey.MaxTokens;
}

/** Writes the count that the upstream told, in either spelling. False when it told none. */
export function writeCount(out: Writer, c: JsonCursor, ptr: usize, len: u32, depth: u32): bool {
  let countPtr: usize = 0;
  let countLen: u32 = 0;
  c.open(ptr, len, depth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    const isCount =
      equalsLiteral(c.keyPtr, c.keyLen, L.INPUT_TOKENS) ||
      equalsLiteral(c.keyPtr, c.keyLen, L.INPUT_TOKENS_AWS);
    c.skip();
    if (!isCount) continue;
    countPtr = c.valuePtr;
    countLen = c.valueLen;
  }
  if (!c.finish() || countLen == 0 || readInteger(countPtr, countLen) < 0) return false;
  out.literal(L.COUNTED_OPEN);
  out.put(countPtr, countLen);
  out.byte(Ascii.BraceClose);
  return true;
}

/** Who the end user is, as the Messages API takes it: `metadata.user_id`. Source: docs/chat.md, "metadata.user_id". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { byteAt, findByte } from "../../bytes/compare";
import { putHex } from "../../bytes/hex";
import { sha256, SHA256_BYTES } from "../../bytes/sha256";
import { Writer } from "../../bytes/writer";
import { countCodePoints, unescapeInto } from "../../json/string";
import { Facts, Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";

/** Most characters that the API takes. */
const LONGEST: u32 = 256;

/**
 * Appends `,"metadata":{"user_id":…}` around a string token. What the API refuses, long ids and e-mail addresses, is sent as
 * its SHA-256, so that one user stays one user. Nothing for an empty token.
 */
export function putUserId(out: Writer, ptr: usize, len: u32, plan: Plan, facts: Facts): void {
  if (len <= 2) return;
  out.literal(L.METADATA_OPEN);
  if (plan.bifrost || !isRefused(out, ptr + 1, len - 2)) {
    out.put(ptr, len);
  } else {
    putDigest(out, ptr + 1, len - 2);
    note(facts, Adaptation.HashedUser);
  }
  out.byte(Ascii.BraceClose);
}

/** Whether the API answers 400 to this id. `out` is scratch space behind what it holds. */
function isRefused(out: Writer, ptr: usize, len: u32): bool {
  if (len > LONGEST && countCodePoints(ptr, len) > LONGEST) return true;
  const mark = out.mark();
  unescapeInto(out, ptr, len);
  const isMail = !out.failed && isAddress(out.start + mark, out.cursor);
  out.rewind(mark);
  return isMail;
}

/** `^[^\s@]+@[^\s@]+\.[^\s@]+$` */
function isAddress(start: usize, end: usize): bool {
  const at = findByte(start, end, Ascii.At);
  if (at == start || at == end || findByte(at + 1, end, Ascii.At) != end) return false;
  for (let ptr = start; ptr < end; ptr++) {
    const c = byteAt(ptr);
    if (c == Ascii.Space || (c >= <u32>Ascii.Tab && c <= <u32>Ascii.CarriageReturn)) return false;
  }
  // A dot with something on both of its sides.
  for (let ptr = at + 2; ptr + 1 < end; ptr++) {
    if (byteAt(ptr) == <u32>Ascii.Dot) return true;
  }
  return false;
}

/** The digest of the id's text, quoted. */
function putDigest(out: Writer, ptr: usize, len: u32): void {
  const mark = out.mark();
  unescapeInto(out, ptr, len);
  if (out.failed) return;
  const digest = sha256(out.start + mark, out.length - mark);
  out.rewind(mark);
  out.byte(Ascii.Quote);
  putHex(out, digest, SHA256_BYTES);
  out.byte(Ascii.Quote);
}

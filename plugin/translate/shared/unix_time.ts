/** Points in time of the Messages API as OpenAI's Unix seconds. */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { putU64 } from "../../bytes/decimal";
import { NOT_A_TIME, readRfc3339 } from "../../bytes/time";
import { Writer } from "../../bytes/writer";

/** Unix seconds of a string token; NOT_A_TIME for an absent one and for what is no time. */
export function unixOf(ptr: usize, len: u32): i64 {
  return len <= 2 ? NOT_A_TIME : readRfc3339(ptr + 1, len - 2);
}

/** Appends the seconds, 0 for what is no time: for members that must be a number. */
export function putUnix(out: Writer, seconds: i64): void {
  if (seconds == NOT_A_TIME) seconds = 0;
  if (seconds < 0) {
    out.byte(Ascii.Minus);
    seconds = -seconds;
  }
  putU64(out, <u64>seconds);
}

/** Appends the seconds, null for what is no time. */
export function putUnixOrNull(out: Writer, seconds: i64): void {
  if (seconds == NOT_A_TIME) out.literal(L.NULL);
  else putUnix(out, seconds);
}

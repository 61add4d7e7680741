/**
 * Headers of a message: those that the decoder knows become spans, the others are passed over.
 *
 *   | name length: u8 | name | kind of value: u8 | value |      big-endian
 *
 * Source: Smithy 2.0, "Amazon Event Stream Specification", Message headers.
 */
import { SpanTable } from "../bytes/span_table";
import { findHeaderName, HeaderName } from "./header_names";

/** Kinds of values. */
const enum ValueKind {
  True = 0,
  False = 1,
  I8 = 2,
  I16 = 3,
  I32 = 4,
  I64 = 5,
  Bytes = 6,
  Text = 7,
  Timestamp = 8,
  Uuid = 9,
}

/** Bytes of the length in front of bytes and texts. */
const LENGTH_BYTES: u32 = 2;

/** Rows of a table for `readHeaders`. */
export const HEADER_COUNT: u32 = 6;

/**
 * Sets the spans of the known headers whose value is text; the others are cleared. False when a header reaches over `end`, has a
 * kind that does not exist, or when a known one comes twice.
 */
export function readHeaders(ptr: usize, end: usize, into: SpanTable): bool {
  for (let i: u32 = 0; i < HEADER_COUNT; i++) into.clear(i);
  let seen: u32 = 0;
  while (ptr < end) {
    const nameLen = <u32>load<u8>(ptr);
    const kindAt = ptr + 1 + nameLen;
    if (kindAt >= end) return false;
    const valueLen = valueBytes(kindAt);
    if (valueLen > <u32>(end - kindAt - 1)) return false;
    const name = findHeaderName(ptr + 1, nameLen);
    if (name != HeaderName.Unknown) {
      const bit: u32 = 1 << (<u32>name);
      if ((seen & bit) != 0) return false;
      seen |= bit;
      if (<ValueKind>load<u8>(kindAt) == ValueKind.Text)
        into.set(name, kindAt + 1 + LENGTH_BYTES, valueLen - LENGTH_BYTES);
    }
    ptr = kindAt + 1 + valueLen;
  }
  return true;
}

/** Bytes of the value behind its kind; more than there can be when there is no such kind. */
function valueBytes(kindAt: usize): u32 {
  switch (<ValueKind>load<u8>(kindAt)) {
    case ValueKind.True:
    case ValueKind.False:
      return 0;
    case ValueKind.I8:
      return 1;
    case ValueKind.I16:
      return 2;
    case ValueKind.I32:
      return 4;
    case ValueKind.I64:
    case ValueKind.Timestamp:
      return 8;
    case ValueKind.Uuid:
      return 16;
    case ValueKind.Bytes:
    case ValueKind.Text:
      // A length that reaches over the end is read, and is too much whatever it says.
      return LENGTH_BYTES + <u32>bswap<u16>(load<u16>(kindAt, 1));
    default:
      return u32.MAX_VALUE;
  }
}

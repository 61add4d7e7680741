/**
 * google.protobuf.Struct in wire form to JSON text, which is how Envoy hands over a configuration that
 * was written as a Struct. Total: anything that is not exactly such a message answers false.
 * Source: protobuf, "Encoding" and struct.proto; seen from Envoy 1.40.
 */
import { dtoa_buffered } from "util/number";
import { Ascii } from "../bytes/ascii";
import { putU64 } from "../bytes/decimal";
import { Writer } from "../bytes/writer";
import { escapeInto } from "./string";

// Tags: field number << 3 | wire type (0 varint, 1 fixed 64 bits, 2 length and bytes).
const enum Tag {
  Repeated = 0x0a, // Struct.fields, ListValue.values, and the key of a map entry
  EntryValue = 0x12,
  Null = 0x08,
  Number = 0x11,
  String = 0x1a,
  Boolean = 0x20,
  Struct = 0x2a,
  List = 0x32,
}

/** Integers up to here are exact in a double. */
const EXACT: f64 = 9007199254740992.0;
/** Characters that the shortest form of a double may have, in UTF-16. */
const DIGITS: usize = memory.data(64);

/** Value of the varint read last, and where it ends. */
let varint: u32 = 0;
let behind: usize = 0;

/** Writes the message as JSON; false when it is not a Struct or deeper than `depth`. */
export function structToJson(out: Writer, ptr: usize, len: u32, depth: u32): bool {
  return putStruct(out, ptr, ptr + len, depth);
}

function putStruct(out: Writer, ptr: usize, end: usize, depth: u32): bool {
  if (depth == 0) return false;
  out.byte(Ascii.BraceOpen);
  let first = true;
  while (ptr < end) {
    if (!readBlock(ptr, end, Tag.Repeated)) return false;
    const entryEnd = behind;
    if (!first) out.byte(Ascii.Comma);
    first = false;
    if (!putEntry(out, entryEnd - varint, entryEnd, depth - 1)) return false;
    ptr = entryEnd;
  }
  out.byte(Ascii.BraceClose);
  return true;
}

/** A map entry: key, then value; either is left out when it is empty. */
function putEntry(out: Writer, ptr: usize, end: usize, depth: u32): bool {
  out.byte(Ascii.Quote);
  if (ptr < end && <u32>load<u8>(ptr) == Tag.Repeated) {
    if (!readBlock(ptr, end, Tag.Repeated)) return false;
    ptr = behind;
    escapeInto(out, ptr - varint, varint);
  }
  out.byte(Ascii.Quote);
  out.byte(Ascii.Colon);
  if (ptr == end) return putNull(out);
  if (!readBlock(ptr, end, Tag.EntryValue) || behind != end) return false;
  return putValue(out, end - varint, end, depth);
}

function putList(out: Writer, ptr: usize, end: usize, depth: u32): bool {
  if (depth == 0) return false;
  out.byte(Ascii.BracketOpen);
  let first = true;
  while (ptr < end) {
    if (!readBlock(ptr, end, Tag.Repeated)) return false;
    const valueEnd = behind;
    if (!first) out.byte(Ascii.Comma);
    first = false;
    if (!putValue(out, valueEnd - varint, valueEnd, depth - 1)) return false;
    ptr = valueEnd;
  }
  out.byte(Ascii.BracketClose);
  return true;
}

/** A Value: exactly one field, or none for null. */
function putValue(out: Writer, ptr: usize, end: usize, depth: u32): bool {
  if (ptr == end) return putNull(out);
  const tag = <u32>load<u8>(ptr);
  if (tag == Tag.Number) return end - ptr == 9 && putNumber(out, load<f64>(ptr, 1));
  if (tag == Tag.Null || tag == Tag.Boolean) {
    if (!readVarint(ptr + 1, end) || behind != end) return false;
    return tag == Tag.Null ? putNull(out) : putBoolean(out);
  }
  if (!readBlock(ptr, end, tag) || behind != end) return false;
  switch (tag) {
    case Tag.String:
      return putString(out, end);
    case Tag.Struct:
      return putStruct(out, end - varint, end, depth);
    case Tag.List:
      return putList(out, end - varint, end, depth);
    default:
      return false;
  }
}

function putNull(out: Writer): bool {
  return putWord(out, 0x6c6c756e); // "null"
}

/** The boolean that `varint` holds. */
function putBoolean(out: Writer): bool {
  if (varint != 0) return putWord(out, 0x65757274); // "true"
  out.byte(Ascii.LowerF);
  return putWord(out, 0x65736c61); // "alse"
}

/** Four letters, the first one in the lowest byte. */
function putWord(out: Writer, letters: u32): bool {
  for (let i: u32 = 0; i < 4; i++) out.byte((letters >> (i << 3)) & 0xff);
  return true;
}

/** The `varint` bytes before `end`. */
function putString(out: Writer, end: usize): bool {
  out.byte(Ascii.Quote);
  escapeInto(out, end - varint, varint);
  out.byte(Ascii.Quote);
  return true;
}

/** A double in the shortest form that reads back the same; integers without a fraction. */
function putNumber(out: Writer, value: f64): bool {
  if (!isFinite<f64>(value)) return false;
  if (value == trunc<f64>(value) && abs<f64>(value) <= EXACT) {
    if (value < 0) out.byte(Ascii.Minus);
    putU64(out, <u64>abs<f64>(value));
    return true;
  }
  const count = dtoa_buffered(DIGITS, value);
  for (let i: u32 = 0; i < count; i++) out.byte(<u32>load<u16>(DIGITS + (i << 1)));
  return true;
}

/** Reads tag, length and bytes: `varint` is the length, `behind` where the bytes end. */
function readBlock(ptr: usize, end: usize, tag: u32): bool {
  if (ptr >= end || <u32>load<u8>(ptr) != tag || !readVarint(ptr + 1, end)) return false;
  if (varint > <u32>(end - behind)) return false;
  behind += varint;
  return true;
}

/** Reads a varint of at most 28 bits; lengths and flags are never longer here. */
function readVarint(ptr: usize, end: usize): bool {
  varint = 0;
  for (let shift: u32 = 0; shift < 28 && ptr < end; shift += 7, ptr++) {
    const c = <u32>load<u8>(ptr);
    varint |= (c & 0x7f) << shift;
    if (c < 0x80) {
      behind = ptr + 1;
      return true;
    }
  }
  return false;
}

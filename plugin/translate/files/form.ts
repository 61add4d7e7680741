/** Uploads: what the head of a part of `multipart/form-data` says. Source: RFC 7578, section 4.2; docs/files.md, "Upload". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import {
  byteAt,
  equalsLiteral,
  equalsLiteralIgnoreCase,
  findByte,
  literalLen,
  startsWithLiteral,
  startsWithLiteralIgnoreCase,
} from "../../bytes/compare";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";

@unmanaged
@final
export class PartHead {
  ptr: usize;
  len: u32;
  namePtr: usize; // `name`, without quotes
  nameLen: u32;
  filePtr: usize; // `filename`, without quotes; 0: absent
  fileLen: u32;
  disposition: usize; // end of the value of content-disposition; 0: absent
}

/** The head read last. */
export const PART: PartHead = makeStruct<PartHead>();

/** Reads a head into PART. False when it names no field. */
export function readPart(ptr: usize, len: u32): bool {
  const part = PART;
  part.ptr = ptr;
  part.len = len;
  part.namePtr = part.filePtr = part.disposition = 0;
  part.nameLen = part.fileLen = 0;
  const end = ptr + len;
  for (let at = ptr; at < end;) {
    const stop = findByte(at, end, Ascii.LineFeed);
    const size = <u32>(stop - at);
    if (startsWithLiteralIgnoreCase(at, size, L.FORM_DISPOSITION))
      readDisposition(part, at + literalLen(L.FORM_DISPOSITION), stop);
    at = stop + 1;
  }
  return part.nameLen > 0;
}

function readDisposition(part: PartHead, ptr: usize, stop: usize): void {
  let end = stop;
  while (end > ptr && isSpace(byteAt(end - 1))) end -= 1;
  part.disposition = end;
  let at = findByte(ptr, end, Ascii.Semicolon);
  while (at < end) {
    at = readParameter(at + 1, end);
    takeParameter(part);
  }
}

/** The parameter read last. */
let namePtr: usize = 0;
let nameLen: u32 = 0;
let valuePtr: usize = 0;
let valueLen: u32 = 0;

/** Reads a parameter up to its semicolon, whose place is answered; a quoted value may hold one, and a backslash in front of a quote. */
function readParameter(at: usize, end: usize): usize {
  while (at < end && isSpace(byteAt(at))) at += 1;
  const equals = findByte(at, end, Ascii.Equals);
  const isQuoted = equals + 1 < end && byteAt(equals + 1) == <u32>Ascii.Quote;
  valuePtr = isQuoted ? equals + 2 : equals + 1;
  const close = isQuoted ? findQuote(valuePtr, end) : findByte(valuePtr, end, Ascii.Semicolon);
  let stop = close;
  while (!isQuoted && stop > valuePtr && isSpace(byteAt(stop - 1))) stop -= 1;
  valueLen = stop > valuePtr ? <u32>(stop - valuePtr) : 0;
  namePtr = at;
  nameLen = <u32>(equals - at);
  return findByte(close < end ? close : end, end, Ascii.Semicolon);
}

function takeParameter(part: PartHead): void {
  if (equalsLiteralIgnoreCase(namePtr, nameLen, L.NAME)) {
    part.namePtr = valuePtr;
    part.nameLen = valueLen;
  } else if (equalsLiteralIgnoreCase(namePtr, nameLen, L.FILENAME)) {
    part.filePtr = valuePtr;
    part.fileLen = valueLen;
  }
}

function findQuote(ptr: usize, end: usize): usize {
  while (ptr < end && byteAt(ptr) != <u32>Ascii.Quote)
    ptr += byteAt(ptr) == <u32>Ascii.Backslash ? 2 : 1;
  return ptr < end ? ptr : end;
}

function isSpace(c: u32): bool {
  return c == Ascii.Space || c == Ascii.Tab || c == Ascii.CarriageReturn;
}

/** True when PART is the field of this name. */
export function partIs(name: usize): bool {
  return equalsLiteral(PART.namePtr, PART.nameLen, name);
}

/** True when the name of the field in PART begins so. */
export function partBegins(name: usize): bool {
  return startsWithLiteral(PART.namePtr, PART.nameLen, name);
}

/**
 * Appends the head of the file's part as it came; one without a name gets one, and `name` (length 0: none) takes the place of the one
 * that it has.
 */
export function putFileHead(out: Writer, name: usize, len: u32): void {
  const part = PART;
  const end = part.ptr + part.len;
  if (part.filePtr != 0 && len > 0) {
    out.put(part.ptr, <u32>(part.filePtr - part.ptr));
    out.put(name, len);
    const behind = part.filePtr + part.fileLen;
    out.put(behind, <u32>(end - behind));
    return;
  }
  if (part.filePtr != 0) {
    out.put(part.ptr, part.len);
    return;
  }
  out.put(part.ptr, <u32>(part.disposition - part.ptr));
  out.literal(L.FORM_FILENAME);
  if (len > 0) out.put(name, len);
  else out.literal(L.FILE);
  out.byte(Ascii.Quote);
  out.put(part.disposition, <u32>(end - part.disposition));
}

/** The boundary of `multipart/form-data` in a content type, unquoted; length 0: it is another type, or names none. */
export let boundaryPtr: usize = 0;
export let boundaryLen: u32 = 0;

/** Looks for the boundary in a content type. */
export function findBoundary(ptr: usize, len: u32): void {
  boundaryLen = 0;
  if (!startsWithLiteralIgnoreCase(ptr, len, L.MULTIPART_FORM)) return;
  const end = ptr + len;
  let at = findByte(ptr, end, Ascii.Semicolon);
  while (at < end) {
    at = readParameter(at + 1, end);
    if (!equalsLiteralIgnoreCase(namePtr, nameLen, L.BOUNDARY)) continue;
    boundaryPtr = valuePtr;
    boundaryLen = valueLen;
  }
}

/**
 * Uploads, window by window: of the client's form only the file's part goes upstream, byte for byte, its head included. What is held
 * does not depend on the size of the file. Source: docs/files.md, "Upload".
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { byteAt, equalsLiteral } from "../../bytes/compare";
import { copyTrusted, SLACK } from "../../bytes/copy";
import * as L from "../../bytes/literals";
import { closeLineStream, LineStream } from "../../bytes/line_stream";
import { closeMultipart, Multipart, openMultipart, PartEvent } from "../../bytes/multipart";
import { openStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import {
  atMember,
  refuse,
  refuseMemory,
  refuseMissing,
  refuseUnsupported,
} from "../shared/problem";
import { Adaptation } from "../shared/adaptations";
import { partBegins, partIs, putFileHead, readPart } from "./form";

/** Most bytes of a field's value that are kept; a name of a file has at most 255. */
const VALUE_CAP: u32 = 255;
/** The upstream knows no time of expiry here. */
const EXPIRES_BIT: u64 = (1 as u64) << (<u64>Adaptation.DroppedExpiresAfter);

/** What the part at hand is. */
export const enum Field {
  /** It does not go upstream. */
  Other = 0,
  File = 1,
  Purpose = 2,
  Filename = 3,
}

@unmanaged
@final
export class Upload {
  parts: Multipart; // owned
  field: Field;
  sawFile: bool;
  isClosed: bool; // the closing delimiter was written
  valuePtr: usize; // value of the field at hand
  valueLen: u32;
  isLong: bool; // … it has more
  namePtr: usize; // name that the client wants the file to have
  nameLen: u32;
  isBatch: bool; // `purpose` is `batch`
  sawPurpose: bool;
  isEager: bool; // it makes a batch
  format: i32; // … of this form, a BatchFormat; below 0: not known yet
  covered: u32; // bits of Feature whose betas the client sent
  adapted: u64; // bits of Adaptation: what the lines lost
  count: u32; // lines that went upstream
  lines: LineStream | null; // owned
  probe: Upload | null; // owned: reads ahead while it is not known what this is
  probed: u32; // bytes that the probe has read
}

/** An upload whose parts have this boundary; null without memory. `close` the reader of its parts. */
export function openUpload(arena: Arena, boundary: usize, len: u32): Upload | null {
  const upload = openStruct<Upload>(arena);
  if (upload == null) return null;
  upload.valuePtr = arena.take(VALUE_CAP + SLACK);
  upload.namePtr = arena.take(VALUE_CAP + SLACK);
  const parts = openMultipart(boundary, len);
  if (parts == null || upload.valuePtr == 0 || upload.namePtr == 0) return null;
  upload.parts = parts;
  upload.format = -1;
  return upload;
}

/** Gives back what an upload owns. */
export function closeUpload(upload: Upload): void {
  closeMultipart(upload.parts);
  const lines = upload.lines;
  if (lines != null) closeLineStream(lines);
  upload.lines = null;
  const probe = upload.probe;
  upload.probe = null;
  if (probe != null) closeUpload(probe);
}

/** Appends what goes upstream for a window. False with a problem. */
export function putUpload(out: Writer, upload: Upload, ptr: usize, len: u32): bool {
  const parts = upload.parts;
  parts.feed(ptr, len);
  while (!upload.isClosed) {
    const event = parts.next();
    if (event == PartEvent.More) return true;
    if (event == PartEvent.Body) takeBody(out, upload);
    else if (event == PartEvent.Head) {
      if (!takeHead(upload)) return false;
      if (upload.field == Field.File) putHead(out, upload);
    } else if (event == PartEvent.End) {
      if (!takeEnd(upload)) return false;
    } else if (event == PartEvent.Done) {
      if (!takeDone(upload)) return false;
      putDelimiter(out, upload, true);
    } else return refuseForm();
  }
  return true;
}

/** The body ended: false with a problem when the form did not. */
export function endUpload(upload: Upload): bool {
  return upload.isClosed || refuseForm();
}

/** The form cannot be read. */
export function refuseForm(): bool {
  atMember(L.FILE);
  return refuse(400, L.CODE_INVALID_VALUE, L.TEXT_BROKEN_FORM);
}

/** The head of a part: what it is. False with a problem. */
export function takeHead(upload: Upload): bool {
  upload.field = Field.Other;
  upload.valueLen = 0;
  upload.isLong = false;
  if (!readPart(upload.parts.ptr, upload.parts.len)) return true;
  if (partIs(L.PURPOSE)) upload.field = Field.Purpose;
  else if (partIs(L.FILENAME) && !upload.sawFile) upload.field = Field.Filename;
  else if (partBegins(L.EXPIRES_AFTER)) upload.adapted |= EXPIRES_BIT;
  else if (partIs(L.FILE)) {
    upload.field = Field.File;
    if (upload.sawFile) {
      atMember(L.FILE);
      return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_ONE_FILE);
    }
    upload.sawFile = true;
  }
  return true;
}

function putHead(out: Writer, upload: Upload): void {
  putDelimiter(out, upload, false);
  putFileHead(out, upload.namePtr, upload.nameLen);
}

/** The first has no line end in front of it. */
function putDelimiter(out: Writer, upload: Upload, isLast: bool): void {
  const parts = upload.parts;
  if (isLast) out.put(parts.delimiter, parts.delimiterLen);
  else out.put(parts.delimiter + 2, parts.delimiterLen - 2);
  if (isLast) out.literal(L.FORM_END);
  else out.literal(L.CRLF);
}

function takeBody(out: Writer, upload: Upload): void {
  const parts = upload.parts;
  if (upload.field == Field.File) out.put(parts.ptr, parts.len);
  else takeValue(upload);
}

/** Bytes of a field's value. */
export function takeValue(upload: Upload): void {
  if (upload.field == Field.Other) return;
  const parts = upload.parts;
  const room = VALUE_CAP - upload.valueLen;
  const len = parts.len < room ? parts.len : room;
  if (parts.len > room) upload.isLong = true;
  copyTrusted(upload.valuePtr + upload.valueLen, parts.ptr, len);
  upload.valueLen += len;
}

/** A part is complete. False with a problem. */
export function takeEnd(upload: Upload): bool {
  const field = upload.field;
  upload.field = Field.Other;
  if (field == Field.Purpose) {
    upload.sawPurpose = true;
    upload.isBatch = equalsLiteral(upload.valuePtr, upload.valueLen, L.BATCH);
  }
  if (field != Field.Filename) return true;
  if (upload.isLong || !isName(upload.valuePtr, upload.valueLen)) {
    atMember(L.FILENAME);
    return refuseUnsupported(L.CODE_INVALID_VALUE, L.TEXT_NO_NAME);
  }
  copyTrusted(upload.namePtr, upload.valuePtr, upload.valueLen);
  upload.nameLen = upload.valueLen;
  return true;
}

/** What can stand between the quotes of a head. */
function isName(ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < len; i++) {
    const c = byteAt(ptr + i);
    if (c < <u32>Ascii.Space || c == <u32>Ascii.Quote || c == <u32>Ascii.Backslash) return false;
  }
  return true;
}

/** The form is complete. False when it has no file. */
export function takeDone(upload: Upload): bool {
  upload.isClosed = true;
  if (upload.sawFile) return true;
  atMember(L.FILE);
  return refuseMissing();
}

/** Files: one file of the Files API as an OpenAI `file`. Source: docs/files.md, "Object". */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { makeStruct } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { JsonCursor } from "../../json/cursor";
import { JsonKind } from "../../json/status";
import { putUnix, putUnixOrNull, unixOf } from "../shared/unix_time";

@unmanaged
@final
export class FileObject {
  idPtr: usize; // token
  idLen: u32;
  namePtr: usize; // token
  nameLen: u32;
  typePtr: usize; // token of mime_type
  typeLen: u32;
  sizePtr: usize; // a number
  sizeLen: u32;
  createdPtr: usize; // token
  createdLen: u32;
  expiresPtr: usize; // token
  expiresLen: u32;
  downloadablePtr: usize; // true or false
  downloadableLen: u32;
}

/** The file read last. */
export const FILE: FileObject = makeStruct<FileObject>();

/** Reads the object that fills the document into FILE. False when it is none, or has no id. */
export function readFile(c: JsonCursor, ptr: usize, len: u32, depth: u32): bool {
  const file = FILE;
  file.idLen = file.nameLen = file.typeLen = file.sizeLen = 0;
  file.createdLen = file.expiresLen = file.downloadableLen = 0;
  c.open(ptr, len, depth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    const kind = c.kind();
    const read = kind == JsonKind.String ? readText(c, file) : readOther(c, file, kind);
    if (!read) return false;
  }
  return c.finish() && file.idLen > 2;
}

function readText(c: JsonCursor, file: FileObject): bool {
  if (c.keyIs(L.CREATED_AT) || c.keyIs(L.EXPIRES_AT)) return readTime(c, file);
  const isId = c.keyIs(L.ID);
  const isName = c.keyIs(L.FILENAME);
  const isType = c.keyIs(L.MIME_TYPE);
  if (!c.skip()) return false;
  if (isId) {
    file.idPtr = c.valuePtr;
    file.idLen = c.valueLen;
  } else if (isName) {
    file.namePtr = c.valuePtr;
    file.nameLen = c.valueLen;
  } else if (isType) {
    file.typePtr = c.valuePtr;
    file.typeLen = c.valueLen;
  }
  return true;
}

function readTime(c: JsonCursor, file: FileObject): bool {
  const isCreated = c.keyIs(L.CREATED_AT);
  if (!c.skip()) return false;
  if (isCreated) {
    file.createdPtr = c.valuePtr;
    file.createdLen = c.valueLen;
  } else {
    file.expiresPtr = c.valuePtr;
    file.expiresLen = c.valueLen;
  }
  return true;
}

function readOther(c: JsonCursor, file: FileObject, kind: JsonKind): bool {
  const isSize = kind == JsonKind.Number && c.keyIs(L.SIZE_BYTES);
  const isFlag = (kind == JsonKind.True || kind == JsonKind.False) && c.keyIs(L.DOWNLOADABLE);
  if (!c.skip()) return false;
  if (isSize) {
    file.sizePtr = c.valuePtr;
    file.sizeLen = c.valueLen;
  } else if (isFlag) {
    file.downloadablePtr = c.valuePtr;
    file.downloadableLen = c.valueLen;
  }
  return true;
}

/** Appends the file in FILE. */
export function putFile(out: Writer): void {
  const file = FILE;
  out.literal(L.F_ID);
  out.put(file.idPtr, file.idLen);
  out.literal(L.F_BYTES);
  if (file.sizeLen > 0) out.put(file.sizePtr, file.sizeLen);
  else out.byte(Ascii.Zero);
  out.literal(L.F_CREATED);
  putUnix(out, unixOf(file.createdPtr, file.createdLen));
  out.literal(L.F_NAME);
  if (file.nameLen > 0) out.put(file.namePtr, file.nameLen);
  else out.literal(L.EMPTY_STRING);
  out.literal(L.F_PURPOSE);
  putUnixOrNull(out, unixOf(file.expiresPtr, file.expiresLen));
  out.literal(L.F_DETAILS);
  if (file.typeLen > 0) {
    out.literal(L.F_TYPE);
    out.put(file.typePtr, file.typeLen);
  }
  if (file.downloadableLen > 0) {
    out.literal(L.F_DOWNLOADABLE);
    out.put(file.downloadablePtr, file.downloadableLen);
  }
  out.byte(Ascii.BraceClose);
}

/** Appends the answer to a deletion: `object` is a literal, the id plain bytes that need no escapes. */
export function putDeleted(out: Writer, object: usize, id: usize, idLen: u32): void {
  out.literal(L.O_ID);
  out.put(id, idLen);
  out.literal(L.D_OBJECT);
  out.literal(object);
  out.literal(L.D_DELETED);
}

/**
 * Edits of a body as a list of splices: what is replaced, and by which bytes. All other bytes are copied as they stand, in one
 * copy from front to back. Without edits there is nothing to write.
 */
import { Arena } from "../../bytes/arena";
import { Ascii } from "../../bytes/ascii";
import { openRecords, openStruct, RecordList } from "../../bytes/records";
import { Writer } from "../../bytes/writer";
import { escapeInto } from "../../json/string";

@unmanaged
@final
export class Edit {
  ptr: usize; // first byte that goes; it lies in the body or right behind it
  gap: u32; // number of bytes that go
  textPtr: usize; // what comes instead; not owned
  textLen: u32;
  isText: bool; // it is written as a JSON string; else it is JSON
}

@unmanaged
@final
export class Edits {
  list: RecordList<Edit>; // added from front to back; no two overlap
  textBytes: u32; // of all that is put in
}

/** An empty list in `arena`; null without memory. */
export function openEdits(arena: Arena): Edits | null {
  const edits = openStruct<Edits>(arena);
  const list = openRecords<Edit>(arena);
  if (edits == null || list == null) return null;
  edits.list = list;
  return edits;
}

/** Puts `len` bytes of JSON in the place of `gap` bytes at `ptr`. False without memory. */
export function addEdit(edits: Edits, ptr: usize, gap: u32, text: usize, len: u32): bool {
  return add(edits, ptr, gap, text, len) != null;
}

/** Puts a JSON string of `len` bytes of text in the place of `gap` bytes at `ptr`. False without memory. */
export function addText(edits: Edits, ptr: usize, gap: u32, text: usize, len: u32): bool {
  const edit = add(edits, ptr, gap, text, len);
  if (edit == null) return false;
  edit.isText = true;
  return true;
}

function add(edits: Edits, ptr: usize, gap: u32, text: usize, len: u32): Edit | null {
  const edit = edits.list.push();
  if (edit == null) return null;
  edit.ptr = ptr;
  edit.gap = gap;
  edit.textPtr = text;
  edit.textLen = len;
  edits.textBytes += len;
  return edit;
}

/** Appends the `len` bytes at `ptr` with the edits; the writer's `failed` says whether they found room. */
export function putEdited(out: Writer, edits: Edits, ptr: usize, len: u32): void {
  const list = edits.list;
  let from = ptr;
  for (let i: u32 = 0; i < list.count; i++) {
    const edit = list.at(i);
    out.put(from, <u32>(edit.ptr - from));
    if (edit.isText) {
      out.byte(Ascii.Quote);
      escapeInto(out, edit.textPtr, edit.textLen);
      out.byte(Ascii.Quote);
    } else out.put(edit.textPtr, edit.textLen);
    from = edit.ptr + edit.gap;
  }
  out.put(from, <u32>(ptr + len - from));
}

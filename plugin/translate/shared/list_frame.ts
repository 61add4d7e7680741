/**
 * What stands around the elements of a list, in OpenAI's shape: `{"object":"list","data":[…],"first_id","last_id","has_more"}`.
 * Cursors are the upstream's, so that the next page can be asked for. Source: openai/openai-node 7, src/core/pagination.ts.
 */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { copyTrusted, SLACK } from "../../bytes/copy";
import { Writer } from "../../bytes/writer";
import { kindOf } from "../../json/cursor";
import { equalsLiteral } from "../../bytes/compare";
import { JsonKind } from "../../json/status";
import { Resource } from "./resource";

/** Opens the list. */
export function putListOpen(out: Writer): void {
  out.literal(L.LIST_OPEN);
}

/** Separates an element from the one before it. */
export function putListComma(out: Writer, resource: Resource): void {
  if (resource.count > 0) out.byte(Ascii.Comma);
  resource.count += 1;
}

/** Most bytes of an id that is kept as a cursor. */
const LONGEST_ID: u32 = 512;

/** Keeps the id (token) of an element, for lists that name no cursors of their own. */
export function keepItemId(resource: Resource, ptr: usize, len: u32): void {
  if (resource.hasCursors || len > LONGEST_ID) return;
  if (resource.lastPtr == 0) resource.lastPtr = resource.arena.take(LONGEST_ID + SLACK);
  if (resource.firstPtr == 0) {
    resource.firstPtr = resource.arena.keep(ptr, len);
    resource.firstLen = len;
  }
  if (resource.lastPtr == 0) return;
  copyTrusted(resource.lastPtr, ptr, len);
  resource.lastLen = len;
}

/** Keeps what a member of the upstream's list says; a value above the arena's cap is not kept. False without memory. */
export function takeListMember(
  resource: Resource,
  key: usize,
  keyLen: u32,
  ptr: usize,
  len: u32,
): bool {
  const kind = kindOf(ptr);
  if (equalsLiteral(key, keyLen, L.HAS_MORE)) resource.hasMore = kind == JsonKind.True;
  else if (equalsLiteral(key, keyLen, L.NEXT_PAGE)) resource.hasMore = kind == JsonKind.String;
  if (kind != JsonKind.String) return true;
  if (equalsLiteral(key, keyLen, L.FIRST_ID)) {
    resource.hasCursors = true;
    resource.firstPtr = resource.arena.keep(ptr, len);
    resource.firstLen = len;
    return resource.firstPtr != 0;
  }
  if (!equalsLiteral(key, keyLen, L.LAST_ID)) return true;
  resource.hasCursors = true;
  resource.lastPtr = resource.arena.keep(ptr, len);
  resource.lastLen = len;
  return resource.lastPtr != 0;
}

/** Closes the array; the caller adds `first_id` and what follows. */
export function putListClose(out: Writer): void {
  out.literal(L.LIST_FIRST_ID);
}

/** Appends a cursor as a token, `null` for none. */
export function putCursor(out: Writer, ptr: usize, len: u32): void {
  if (ptr == 0) out.literal(L.NULL);
  else out.put(ptr, len);
}

/** Appends `,"last_id":` and so on up to the end of the list. */
export function putListEnd(out: Writer, resource: Resource): void {
  putListClose(out);
  putCursor(out, resource.firstPtr, resource.firstLen);
  out.literal(L.LIST_LAST_ID);
  putCursor(out, resource.lastPtr, resource.lastLen);
  putHasMore(out, resource);
  out.byte(Ascii.BraceClose);
}

/** Appends `,"has_more":…`. */
export function putHasMore(out: Writer, resource: Resource): void {
  out.literal(L.LIST_HAS_MORE);
  out.literal(resource.hasMore ? L.TRUE : L.FALSE);
}

/** Whole answers about models, files and batches, by operation. */
import { Writer } from "../bytes/writer";
import { JsonCursor } from "../json/cursor";
import { putModel, readModel } from "../translate/models/object";
import { StreamState } from "./stream";

/** Appends the answer for a body. False when the body is none of the operation's. */
export function putResource(
  out: Writer,
  stream: StreamState,
  cursor: JsonCursor,
  ptr: usize,
  len: u32,
): bool {
  const resource = stream.resource;
  if (resource == null) return false;
  if (!readModel(cursor, ptr, len, resource.maxDepth)) return false;
  putModel(out, resource);
  return true;
}

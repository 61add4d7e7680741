/** Gives back what a stream owns. */
import { closeArena } from "../bytes/arena";
import { closeSource, hasSource } from "./event_source";
import { isComplete } from "./event_translator";
import { countStreamError } from "./metrics";
import { StreamState } from "./stream";

/** Frees decoder and arena; the struct itself is freed by the registry. */
export function closeStream(stream: StreamState): void {
  if (hasSource(stream) && !isComplete(stream)) countStreamError(stream);
  closeSource(stream);
  const arena = stream.arena;
  if (arena != null) closeArena(arena);
  stream.arena = null;
  stream.chat = null;
  stream.shape = null;
}

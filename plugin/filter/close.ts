/** Gives back what a stream owns. */
import { closeArena } from "../bytes/arena";
import { closeSource, hasSource } from "./event_source";
import { droppedPieces, isComplete } from "./event_translator";
import { countStreamDropped, countStreamError } from "./metrics";
import { StreamState } from "./stream";

/** Frees decoder and arena; the struct itself is freed by the registry. */
export function closeStream(stream: StreamState): void {
  if (hasSource(stream) && !isComplete(stream)) countStreamError(stream);
  const dropped = droppedPieces(stream);
  if (dropped > 0) countStreamDropped(stream, dropped);
  closeSource(stream);
  const arena = stream.arena;
  if (arena != null) closeArena(arena);
  stream.arena = null;
  stream.chat = null;
  stream.shape = null;
}

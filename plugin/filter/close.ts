/** Gives back what a stream owns. */
import { closeArena } from "../bytes/arena";
import { closeDecoder } from "../sse/open";
import { isComplete } from "./event_translator";
import { countStreamError } from "./metrics";
import { StreamState } from "./stream";

/** Frees decoder and arena; the struct itself is freed by the registry. */
export function closeStream(stream: StreamState): void {
  if (stream.decoder != null && !isComplete(stream)) countStreamError(stream);
  const decoder = stream.decoder;
  if (decoder != null) closeDecoder(decoder);
  stream.decoder = null;
  const arena = stream.arena;
  if (arena != null) closeArena(arena);
  stream.arena = null;
  stream.chat = null;
  stream.shape = null;
}

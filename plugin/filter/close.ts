/** Gives back what a stream owns. */
import { closeArena } from "../bytes/arena";
import { closeDecoder } from "../sse/open";
import { ChatState } from "../translate/chat/stream_state";
import { countStreamError } from "./metrics";
import { StreamState } from "./stream";

/** Frees decoder and arena; the struct itself is freed by the registry. */
export function closeStream(stream: StreamState): void {
  const chat = stream.chat;
  if (chat != null && chat.state != ChatState.Done) countStreamError(stream);
  const decoder = stream.decoder;
  if (decoder != null) closeDecoder(decoder);
  stream.decoder = null;
  const arena = stream.arena;
  if (arena != null) closeArena(arena);
  stream.arena = null;
  stream.chat = null;
  stream.shape = null;
}

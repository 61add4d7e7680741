/** Gives back what a stream owns. */
import { closeArena } from "../bytes/arena";
import { closeUpload } from "../translate/files/upload";
import { closeLineStream } from "../bytes/line_stream";
import * as L from "../bytes/literals";
import { closeArrayStream } from "../json/array_stream";
import { closeAccount } from "./account";
import { forgetClient } from "./client_id";
import { closeSource, hasSource } from "./event_source";
import { droppedPieces, isComplete } from "./event_translator";
import { logStreamError } from "./event_log";
import { countStreamDropped, countStreamError } from "./metrics";
import { settleOutcome } from "./outcome";
import { closeTally } from "./tally";
import { StreamState } from "./stream";

/** Frees decoder and arena; the struct itself is freed by the registry. */
export function closeStream(stream: StreamState): void {
  settleOutcome(stream);
  closeTally(stream);
  closeAccount(stream);
  // Nothing that failed and not complete: the upstream broke off, or the client left.
  if (hasSource(stream) && !isComplete(stream))
    noteStreamError(stream, stream.streamFailure != 0 ? stream.streamFailure : L.W_ABORTED);
  const dropped = droppedPieces(stream);
  if (dropped > 0) countStreamDropped(stream, dropped);
  forgetClient(stream);
  closeSource(stream);
  const list = stream.list;
  if (list != null) closeArrayStream(list);
  stream.list = null;
  const upload = stream.upload;
  if (upload != null) closeUpload(upload);
  stream.upload = null;
  const lines = stream.lines;
  if (lines != null) closeLineStream(lines);
  stream.lines = null;
  stream.resource = null;
  const path = stream.pathArena;
  if (path != null) closeArena(path);
  stream.pathArena = null;
  const arena = stream.arena;
  if (arena != null) closeArena(arena);
  stream.arena = null;
  stream.chat = null;
  stream.text = null;
  stream.native = null;
  stream.shape = null;
}

function noteStreamError(stream: StreamState, reason: usize): void {
  countStreamError(stream, reason);
  logStreamError(stream, reason);
}

/**
 * What a stream keeps of a request for models, files or batches until its answer is written. Plain data in the stream's arena;
 * strings are plain bytes, without quotes, unless it says "token".
 */
import { Arena } from "../../bytes/arena";

/** The form in which the lines of a batch come back; told by its id. */
export const enum BatchFormat {
  Chat = 0,
  Responses = 1,
  Completions = 2,
  Messages = 3,
}

/** What an id of a file stands for. */
export const enum FileKind {
  /** A file of the upstream. */
  Plain = 0,
  /** The input of a batch. */
  Input = 1,
  Output = 2,
  Errors = 3,
  /** All lines of a batch. */
  All = 4,
}

@unmanaged
@final
export class Resource {
  arena: Arena;
  idPtr: usize; // as the client names it
  idLen: u32;
  upstreamPtr: usize; // as the upstream names it
  upstreamLen: u32;
  createdUnix: u64; // now
  maxDepth: u32;
  // Models
  prefixPtr: usize; // in front of every id
  prefixLen: u32;
  showsAsked: bool; // the id is shown as it was asked for
  // Lists
  count: u32; // elements that were written
  hasMore: bool;
  hasCursors: bool; // the list names them itself
  firstPtr: usize; // token: the upstream's cursor
  firstLen: u32;
  lastPtr: usize; // token
  lastLen: u32;
  // Files and batches
  kind: FileKind;
  format: BatchFormat;
  inputPtr: usize; // token: input_file_id that the client sent
  inputLen: u32;
  metadataPtr: usize; // JSON: metadata that the client sent
  metadataLen: u32;
  namePtr: usize; // token: name of an uploaded file
  nameLen: u32;
  bytes: u64; // of an uploaded file
}

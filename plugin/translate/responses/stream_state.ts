/**
 * What a Responses stream keeps between events. The last event repeats the whole answer, so every item stays until then, its texts
 * in chunks of the stream's memory, whose cap bounds the answer. A whole answer goes through the same state without events.
 */
import { Arena } from "../../bytes/arena";
import { HeldText } from "../../bytes/held_text";
import { RecordList } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { Answer } from "../../wire/anthropic/answer";
import { BlockType } from "../../wire/anthropic/block_types";
import { AnswerShape, ResponsesShape } from "../shape";
import { CustomScan } from "../shared/custom_tool_stream";

export const enum ResponsesState {
  /** Nothing was sent. */
  Idle = 0,
  /** `response.created` is out. */
  Open = 1,
  /** The stop reason is known and all items are finished. */
  Finished = 2,
  /** The last event is out. Everything that follows is discarded. */
  Done = 3,
  /** An error is out. Everything that follows is discarded. */
  Failed = 4,
}

export const enum ItemKind {
  Message = 0,
  Refusal = 1,
  Reasoning = 2,
  Redacted = 3,
  Function = 4,
  Custom = 5,
  Computer = 6,
  LocalShell = 7,
  Shell = 8,
  ApplyPatch = 9,
  Search = 10,
  Mcp = 11,
  Code = 12,
  Compaction = 13,
}

export const enum ItemStatus {
  InProgress = 0,
  Completed = 1,
  Incomplete = 2,
  Failed = 3,
}

/** One item of `output`. */
@unmanaged
@final
export class OutItem {
  kind: ItemKind;
  status: ItemStatus;
  index: u32; // output index
  idPtr: usize; // the upstream's id, a string token; 0: the item has none
  idLen: u32;
  namePtr: usize; // towards the client, a string token
  nameLen: u32;
  spacePtr: usize; // namespace, a string token
  spaceLen: u32;
  serverPtr: usize; // MCP server, a string token
  serverLen: u32;
  containerPtr: usize; // of code, a string token; known when the item is finished
  containerLen: u32;
  text: HeldText; // inside of a string: text, thinking, arguments, input, code, compaction
  more: HeldText; // annotations, action or outputs as JSON; signature, data or output as the inside of a string
  notes: u32; // annotations so far
  points: u32; // code points of a message's text
  hasPart: bool; // the part of its content, or of its summary, was announced
  isAnnounced: bool; // `output_item.added` is out
  isFinished: bool; // `output_item.done` is out
  hasAction: bool; // `more` holds what the call does
  hasResult: bool; // the result of a hosted call came
}

/** Most content blocks that may be open at the same time. */
export const OPEN_BLOCKS: u32 = 64;

@unmanaged
@final
export class OpenBlock {
  used: bool;
  index: u32; // the upstream's block index
  type: BlockType;
  item: OutItem | null;
  isText: bool; // its deltas are text of the message
  start: u32; // code points of the message in front of it
  begun: bool; // … are known
  seen: bool; // a delta with content came
  scan: CustomScan | null; // of a custom tool; kept for the record's next block
  inputPtr: usize; // input of content_block_start when it was not `{}`; in the arena
  inputLen: u32;
  citations: HeldText; // JSON of its citations, comma-separated
}

/** What becomes of texts while the answer is the input of a tool of ours. */
export const enum TextState {
  Sent = 0,
  Withheld = 1,
  Dropped = 2,
}

@unmanaged
@final
export class ResponsesStream {
  arena: Arena; // owned by the stream
  cursor: JsonCursor;
  shape: AnswerShape;
  own: ResponsesShape;
  answer: Answer; // spans in it point into the arena, never into a window
  items: RecordList<OutItem>; // by output index
  blocks: RecordList<OpenBlock>;
  message: OutItem | null; // whose text goes on
  held: OutItem | null; // finished but for its status
  state: ResponsesState;
  quiet: bool; // no events are wanted
  borrowsInput: bool; // inputs of calls outlive their block: they are not copied
  failureStatus: u32; // HTTP status of the error that ended the stream
  firstErrorPtr: usize; // the error that came first, as a body of its own; 0: something else did
  firstErrorLen: u32;
  sequence: u32; // number of the next event
  idPtr: usize; // the message's id without quotes
  idLen: u32;
  modelPtr: usize; // token of the model's name
  modelLen: u32;
  text: TextState;
  withheld: HeldText; // TextState.Withheld: text so far
  sawJson: bool; // the call whose input is the text has begun
  bytes: u32; // of all texts that are kept
  full: bool; // they are as many as may be kept
  pinged: bool; // a comment was sent
  failed: bool; // an item lost a part: the cap was reached, or memory is exhausted
}

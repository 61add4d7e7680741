/** What a chat stream keeps between events. Lives in the stream's own memory; freed with it. */
import { BlockType } from "../../wire/anthropic/block_types";
import { Answer } from "../../wire/anthropic/answer";
import { RecordList } from "../../bytes/records";
import { AnswerShape } from "../shape";
import { Arena } from "../../bytes/arena";
import { HeldText } from "../../bytes/held_text";
import { JsonCursor } from "../../json/cursor";
import { CustomScan } from "../shared/custom_tool_stream";

export const enum ChatState {
  /** Nothing was sent. */
  Idle = 0,
  /** The role chunk is out. */
  Open = 1,
  /** `[DONE]` is out. Everything that follows is discarded. */
  Done = 2,
  /** An error event is out. Everything that follows is discarded. */
  Failed = 3,
}

/** How the client sees a tool_use block. */
export const enum CallShape {
  Function = 0,
  Custom = 1,
  /** The one `function_call` of a legacy answer. */
  Legacy = 2,
  /** Its input is the content. */
  Content = 3,
  /** Not at all. */
  Hidden = 4,
}

/** What becomes of text blocks. */
export const enum TextState {
  /** Sent as it comes. */
  Sent = 0,
  /** Held until it is known whether the input of a tool takes its place. */
  Withheld = 1,
  Dropped = 2,
}

/** Most content blocks that may be open at the same time. */
export const OPEN_BLOCKS: u32 = 64;

@unmanaged
@final
export class OpenBlock {
  used: bool;
  index: u32; // the upstream's block index
  type: BlockType;
  isTool: bool;
  call: CallShape; // of a tool_use block
  scan: CustomScan | null; // CallShape.Custom; kept for the record's next block
  tool: u32; // tool index towards the client
  reasoning: u32; // index of the reasoning entry
  seen: bool; // a delta with content came
  textTold: bool; // of thinking: its entry has a `text` by now
  textStart: u32; // code points of content in front of it
  inputPtr: usize; // input of content_block_start when it was not `{}`; in the arena
  inputLen: u32;
}

/** A citation of a web page, in the stream's arena. */
@unmanaged
@final
export class KeptCitation {
  block: u32; // the upstream's index of the cited block
  isOpen: bool; // that block has not ended: so has not the span
  start: u32; // code points of content in front of the block
  end: u32; // … and in front of what follows it
  urlPtr: usize; // a string token
  urlLen: u32;
  titlePtr: usize; // a string token; 0: it has none
  titleLen: u32;
}

@unmanaged
@final
export class ChatStream {
  arena: Arena; // owned by the stream
  cursor: JsonCursor;
  shape: AnswerShape;
  answer: Answer; // spans in it point into the arena, never into a window
  blocks: RecordList<OpenBlock>;
  state: ChatState;
  failureStatus: u32; // HTTP status of the error that ended the stream
  headPtr: usize; // `data: {"id":…` up to `"choices":[`; in the arena
  headLen: u32;
  openLen: u32; // of the head with the opening of a delta behind it
  closeLen: u32; // of what closes a delta, behind that
  nextTool: u32;
  nextReasoning: u32;
  textPoints: u32; // code points of content that were sent
  citations: RecordList<KeptCitation> | null; // made with the first one
  citationBytes: u32; // that the citations take in the arena
  text: TextState;
  held: HeldText | null; // TextState.Withheld: text so far; made with the first
  sawJson: bool; // the call whose input is the content has begun
  hidden: bool; // a block was hidden since the last reasoning block
  reasoningText: bool; // some reasoning text was sent
  pinged: bool; // a comment was sent
  dropped: u32; // pieces of the answer that the client does not get: no header can name them any more
  borrowsInput: bool; // inputs of calls outlive their block: they are not copied
}

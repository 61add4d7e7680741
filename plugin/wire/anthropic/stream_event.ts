/**
 * One stream event: a single walk over its JSON into one reusable record. Spans are tokens (quotes included) and valid
 * until the next event. Source: Anthropic API reference, "Streaming Messages".
 */
import { makeStruct } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { readInteger } from "../../json/number";
import { JsonKind, JsonStatus } from "../../json/status";
import { Answer, Block, readAnswerMember, readBlock } from "./answer";
import { DeltaType, findDeltaType } from "./delta_types";
import { EventType, findEventType } from "./event_types";
import { AnswerKey, findAnswerKey } from "./message_keys";
import { readUsualDelta, usualIndex, usualTextLen, usualTextPtr, usualType } from "./usual_delta";

/** Index of events that name none. */
export const NO_BLOCK: u32 = 0xffff_ffff;
const INDEX_CEILING: i64 = 0x7fff_ffff;

@unmanaged
@final
export class StreamEvent {
  block: Block; // of content_block_start
  type: EventType;
  index: u32;
  delta: DeltaType;
  textPtr: usize; // text, thinking, partial_json or signature of the delta
  textLen: u32;
  citationPtr: usize; // of a citations_delta, JSON
  citationLen: u32;
  messagePtr: usize; // `message`, JSON object
  messageLen: u32;
  messageDeltaPtr: usize; // a `delta` with members that no block's delta has, JSON object
  messageDeltaLen: u32;
  contentPtr: usize; // message_start: blocks that are already there, JSON array
  contentLen: u32;
  saysAnswer: bool; // something of the message as a whole was read
}

/** The event read last. */
export const EVENT: StreamEvent = makeEvent();

function makeEvent(): StreamEvent {
  const event = makeStruct<StreamEvent>();
  event.block = makeStruct<Block>();
  return event;
}

/** True when the event read last opens an answer of which nothing was sent yet: all others can wait, or need no beginning. */
export function opensAnswer(): bool {
  switch (EVENT.type) {
    case EventType.MessageStart:
    case EventType.MessageStop:
    case EventType.ContentBlockStart:
    case EventType.ContentBlockDelta:
      return true;
    default:
      return false;
  }
}

/**
 * Reads `len` bytes of event data into EVENT; what belongs to the message as a whole goes into `answer`. `name` is the
 * event field's type, for events without a `type` of their own. False when the data is no JSON object.
 */
export function readEvent(
  c: JsonCursor,
  ptr: usize,
  len: u32,
  depth: u32,
  name: EventType,
  answer: Answer,
): bool {
  const event = EVENT;
  clearEvent(event, name);
  if (readUsualDelta(ptr, len, depth)) {
    takeUsualDelta(event);
    return true;
  }
  clearBlock(event.block);
  c.open(ptr, len, depth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    if (!readMember(c, event, answer, findAnswerKey(c.keyPtr, c.keyLen))) return false;
  }
  if (!c.finish()) return false;
  // The type may stand behind what it allows: both objects were validated and passed over until here.
  if (event.type == EventType.MessageStart) readMessage(c, depth, event, answer);
  else if (event.type == EventType.MessageDelta) readMessageDelta(c, depth, event, answer);
  return true;
}

function clearEvent(event: StreamEvent, name: EventType): void {
  event.type = name;
  event.index = NO_BLOCK;
  event.delta = DeltaType.Unknown;
  event.textPtr = 0;
  event.textLen = 0;
  event.citationPtr = 0;
  event.messagePtr = 0;
  event.messageDeltaPtr = 0;
  event.contentPtr = 0;
  event.saysAnswer = false;
}

/** What the event says is in plain variables of its reader; the block is of another event and nobody's. */
function takeUsualDelta(event: StreamEvent): void {
  event.type = EventType.ContentBlockDelta;
  event.index = usualIndex;
  event.delta = usualType;
  event.textPtr = usualTextPtr;
  event.textLen = usualTextLen;
}

/** A stop reason there is none yet: only a message_delta ends an answer. */
function readMessage(c: JsonCursor, depth: u32, event: StreamEvent, answer: Answer): void {
  if (event.messagePtr == 0) return;
  event.saysAnswer = true;
  c.open(event.messagePtr, event.messageLen, depth);
  c.enterObject();
  while (c.nextKey()) {
    const key = findAnswerKey(c.keyPtr, c.keyLen);
    if (key == AnswerKey.StopReason) c.skip();
    else if (key == AnswerKey.Content && c.kind() == JsonKind.Array) {
      c.skip();
      event.contentPtr = c.valuePtr;
      event.contentLen = c.valueLen;
    } else readAnswerMember(c, answer, key);
  }
}

/** Stop reason and company. */
function readMessageDelta(c: JsonCursor, depth: u32, event: StreamEvent, answer: Answer): void {
  if (event.messageDeltaPtr == 0) return;
  event.saysAnswer = true;
  c.open(event.messageDeltaPtr, event.messageDeltaLen, depth);
  c.enterObject();
  while (c.nextKey()) readAnswerMember(c, answer, findAnswerKey(c.keyPtr, c.keyLen));
}

function readMember(c: JsonCursor, event: StreamEvent, answer: Answer, key: AnswerKey): bool {
  const kind = c.kind();
  switch (key) {
    case AnswerKey.Delta:
      return readDelta(c, event, kind);
    case AnswerKey.ContentBlock:
      clearBlock(event.block);
      return readBlock(c, event.block);
    case AnswerKey.Message:
      if (!c.skip()) return false;
      event.messagePtr = kind == JsonKind.Object ? c.valuePtr : 0;
      event.messageLen = c.valueLen;
      return true;
    case AnswerKey.Usage:
    case AnswerKey.ContextManagement:
      event.saysAnswer = true;
      return readAnswerMember(c, answer, key);
    case AnswerKey.Type:
      if (!c.skip()) return false;
      if (kind == JsonKind.String) event.type = findEventType(c.word(), c.wordLen);
      return true;
    case AnswerKey.Index:
      if (!c.skip()) return false;
      if (kind == JsonKind.Number) event.index = indexOf(c);
      return true;
    default:
      return c.skip();
  }
}

function indexOf(c: JsonCursor): u32 {
  const value = readInteger(c.valuePtr, c.valueLen);
  return value >= 0 && value <= INDEX_CEILING ? <u32>value : NO_BLOCK;
}

/** `delta` of a block: its text. One of the message (stop reason and company) is read when the event's type is known. */
function readDelta(c: JsonCursor, event: StreamEvent, kind: JsonKind): bool {
  event.delta = DeltaType.Unknown;
  event.textPtr = 0;
  event.textLen = 0;
  event.citationPtr = 0;
  event.messageDeltaPtr = 0;
  if (kind != JsonKind.Object) return c.skip();
  const start = c.ptr;
  let others = false;
  c.enterObject();
  while (c.nextKey()) {
    const key = findAnswerKey(c.keyPtr, c.keyLen);
    if (isDeltaKey(key)) {
      if (!readDeltaText(c, event, key)) return false;
    } else {
      others = true;
      if (!c.skip()) return false;
    }
  }
  if (others) {
    event.messageDeltaPtr = start;
    event.messageDeltaLen = <u32>(c.ptr - start);
  }
  return c.status == JsonStatus.Ok;
}

function isDeltaKey(key: AnswerKey): bool {
  switch (key) {
    case AnswerKey.Type:
    case AnswerKey.Text:
    case AnswerKey.PartialJson:
    case AnswerKey.Thinking:
    case AnswerKey.Signature:
    case AnswerKey.Citation:
    case AnswerKey.Content:
      return true;
    default:
      return false;
  }
}

function readDeltaText(c: JsonCursor, event: StreamEvent, key: AnswerKey): bool {
  const kind = c.kind();
  if (!c.skip()) return false;
  if (key == AnswerKey.Citation) {
    event.citationPtr = c.valuePtr;
    event.citationLen = c.valueLen;
  } else if (kind == JsonKind.String) {
    if (key == AnswerKey.Type) event.delta = findDeltaType(c.word(), c.wordLen);
    else {
      event.textPtr = c.valuePtr;
      event.textLen = c.valueLen;
    }
  }
  return true;
}

/** Empties a record for the next block. */
export function clearBlock(block: Block): void {
  block.type = 0;
  block.textPtr = block.idPtr = block.namePtr = block.inputPtr = 0;
  block.textLen = block.idLen = block.nameLen = block.inputLen = 0;
  block.signaturePtr = block.dataPtr = block.citationsPtr = 0;
  block.signatureLen = block.dataLen = block.citationsLen = 0;
  block.toolUsePtr = block.serverPtr = block.encryptedPtr = block.contentPtr = 0;
  block.toolUseLen = block.serverLen = block.encryptedLen = block.contentLen = 0;
  block.isError = false;
}

/**
 * What an answer says besides its blocks, whole or streamed, and the blocks of a whole one. Spans of strings are tokens
 * with their quotes; (0, 0) is absent or null. Source: Anthropic API reference, "Messages".
 */
import * as L from "../../bytes/literals";
import { Arena } from "../../bytes/arena";
import { equalsLiteral } from "../../bytes/compare";
import { openRecords, openStruct, RecordList } from "../../bytes/records";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { BlockType, findBlockType } from "./block_types";
import { AnswerKey, findAnswerKey } from "./message_keys";
import { findStopReason, StopReason } from "./stop_reasons";
import { readUsage, Usage } from "./usage";

@unmanaged
@final
export class Answer {
  usage: Usage;
  idPtr: usize;
  idLen: u32;
  modelPtr: usize;
  modelLen: u32;
  stopReason: StopReason; // Unknown: absent, or a word that we do not know
  stopReasonPtr: usize;
  stopReasonLen: u32;
  stopSequencePtr: usize;
  stopSequenceLen: u32;
  stopDetailsPtr: usize; // JSON
  stopDetailsLen: u32;
  explanationPtr: usize; // stop_details.explanation
  explanationLen: u32;
  containerPtr: usize; // JSON
  containerLen: u32;
  contextPtr: usize; // context_management, JSON
  contextLen: u32;
}

@unmanaged
@final
export class Block {
  type: BlockType; // Unknown: a block that chat clients do not see
  textPtr: usize; // text or thinking
  textLen: u32;
  idPtr: usize;
  idLen: u32;
  namePtr: usize;
  nameLen: u32;
  inputPtr: usize; // JSON
  inputLen: u32;
  signaturePtr: usize;
  signatureLen: u32;
  dataPtr: usize;
  dataLen: u32;
  toolUsePtr: usize; // of a result: the call that it is about
  toolUseLen: u32;
  serverPtr: usize; // of an MCP call
  serverLen: u32;
  encryptedPtr: usize; // of a compaction
  encryptedLen: u32;
  contentPtr: usize; // of a result or a compaction, JSON
  contentLen: u32;
  isError: bool; // of a result
  citationsPtr: usize; // JSON array
  citationsLen: u32;
}

/** Blocks that a flat message cannot carry: those of server tools and all that we do not know. */
export function isHidden(type: BlockType): bool {
  return type == BlockType.Unknown || type > BlockType.ToolUse;
}

/** A whole message. */
@unmanaged
@final
export class WholeAnswer {
  answer: Answer;
  blocks: RecordList<Block>;
  contentPtr: usize; // the raw content array
  contentLen: u32;
  isMessage: bool; // has a content array
  isError: bool; // `"type":"error"`
}

/** An empty answer in `arena`; null without memory. */
export function openAnswer(arena: Arena): Answer | null {
  const answer = openStruct<Answer>(arena);
  const usage = openStruct<Usage>(arena);
  if (answer == null || usage == null) return null;
  answer.usage = usage;
  return answer;
}

/** Reads a whole body; null without memory. `isMessage` and `isError` say what it is; neither: no answer of the API. */
export function readWhole(
  c: JsonCursor,
  ptr: usize,
  len: u32,
  depth: u32,
  arena: Arena,
): WholeAnswer | null {
  const whole = openStruct<WholeAnswer>(arena);
  const answer = openAnswer(arena);
  const blocks = openRecords<Block>(arena);
  if (whole == null || answer == null || blocks == null) return null;
  whole.answer = answer;
  whole.blocks = blocks;
  c.open(ptr, len, depth);
  if (c.enterObject()) {
    while (c.nextKey()) {
      const key = findAnswerKey(c.keyPtr, c.keyLen);
      if (!readWholeMember(c, whole, key)) break;
    }
  }
  if (!c.finish()) whole.isMessage = false;
  return whole;
}

function readWholeMember(c: JsonCursor, whole: WholeAnswer, key: AnswerKey): bool {
  if (key == AnswerKey.Content && c.kind() == JsonKind.Array) {
    whole.contentPtr = c.ptr;
    if (!readBlocks(c, whole.blocks)) return false;
    whole.contentLen = <u32>(c.ptr - whole.contentPtr);
    whole.isMessage = true;
    return true;
  }
  if (key == AnswerKey.Type) {
    const kind = c.kind();
    if (!c.skip()) return false;
    whole.isError = false;
    if (kind == JsonKind.String) whole.isError = equalsLiteral(c.word(), c.wordLen, L.ERROR_WORD);
    return true;
  }
  return readAnswerMember(c, whole.answer, key);
}

/** Reads the member of a message or of a message_delta's `delta` that comes next; unknown ones are passed over. */
export function readAnswerMember(c: JsonCursor, answer: Answer, key: AnswerKey): bool {
  if (key == AnswerKey.Usage) return readUsage(c, answer.usage);
  if (key == AnswerKey.StopDetails) return readStopDetails(c, answer);
  const kind = c.kind();
  if (!c.skipNullable()) return false;
  if (kind == JsonKind.Null) return true;
  switch (key) {
    case AnswerKey.Id:
      if (kind != JsonKind.String) break;
      answer.idPtr = c.valuePtr;
      answer.idLen = c.valueLen;
      break;
    case AnswerKey.Model:
      if (kind != JsonKind.String) break;
      answer.modelPtr = c.valuePtr;
      answer.modelLen = c.valueLen;
      break;
    case AnswerKey.StopReason:
      takeStopReason(c, answer, kind);
      break;
    case AnswerKey.StopSequence:
      answer.stopSequencePtr = c.valuePtr;
      answer.stopSequenceLen = c.valueLen;
      break;
    case AnswerKey.Container:
      answer.containerPtr = c.valuePtr;
      answer.containerLen = c.valueLen;
      break;
    case AnswerKey.ContextManagement:
      answer.contextPtr = c.valuePtr;
      answer.contextLen = c.valueLen;
      break;
    default:
      break;
  }
  return true;
}

function takeStopReason(c: JsonCursor, answer: Answer, kind: JsonKind): void {
  if (kind != JsonKind.String) return;
  answer.stopReason = findStopReason(c.word(), c.wordLen);
  answer.stopReasonPtr = c.valuePtr;
  answer.stopReasonLen = c.valueLen;
}

function readStopDetails(c: JsonCursor, answer: Answer): bool {
  const start = c.ptr;
  if (c.kind() != JsonKind.Object) return c.skip();
  c.enterObject();
  while (c.nextKey()) {
    const isText =
      findAnswerKey(c.keyPtr, c.keyLen) == AnswerKey.Explanation && c.kind() == JsonKind.String;
    if (!c.skip()) return false;
    if (!isText) continue;
    answer.explanationPtr = c.valuePtr;
    answer.explanationLen = c.valueLen;
  }
  answer.stopDetailsPtr = start;
  answer.stopDetailsLen = <u32>(c.ptr - start);
  return c.status == JsonStatus.Ok;
}

/** Reads the array that comes next. False when it is broken or memory is exhausted. */
export function readBlocks(c: JsonCursor, blocks: RecordList<Block>): bool {
  blocks.truncate(0);
  c.enterArray();
  while (c.nextElement()) {
    const block = blocks.push();
    if (block == null || !readBlock(c, block)) return false;
  }
  return c.status == JsonStatus.Ok;
}

/** Reads the block that comes next into a cleared record; what is no object is a hidden block. */
export function readBlock(c: JsonCursor, block: Block): bool {
  if (c.kind() != JsonKind.Object) return c.skip();
  c.enterObject();
  while (c.nextKey()) {
    const key = findAnswerKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    if (!c.skipNullable()) return false;
    if (key == AnswerKey.Content) {
      block.contentPtr = c.valuePtr;
      block.contentLen = c.valueLen;
    } else if (kind == JsonKind.String) takeBlockText(c, block, key);
    else if (key == AnswerKey.IsError) block.isError = kind == JsonKind.True;
    else if (key == AnswerKey.Input) {
      block.inputPtr = c.valuePtr;
      block.inputLen = c.valueLen;
    } else if (key == AnswerKey.Citations && kind == JsonKind.Array) {
      block.citationsPtr = c.valuePtr;
      block.citationsLen = c.valueLen;
    }
  }
  return c.status == JsonStatus.Ok;
}

function takeBlockText(c: JsonCursor, block: Block, key: AnswerKey): void {
  switch (key) {
    case AnswerKey.Type:
      block.type = findBlockType(c.word(), c.wordLen);
      break;
    case AnswerKey.Text:
    case AnswerKey.Thinking:
      block.textPtr = c.valuePtr;
      block.textLen = c.valueLen;
      break;
    case AnswerKey.Id:
      block.idPtr = c.valuePtr;
      block.idLen = c.valueLen;
      break;
    case AnswerKey.Name:
      block.namePtr = c.valuePtr;
      block.nameLen = c.valueLen;
      break;
    case AnswerKey.Signature:
      block.signaturePtr = c.valuePtr;
      block.signatureLen = c.valueLen;
      break;
    case AnswerKey.Data:
      block.dataPtr = c.valuePtr;
      block.dataLen = c.valueLen;
      break;
    default:
      takeHostedText(c, block, key);
      break;
  }
}

/** Members that only blocks of server tools and compactions have. */
function takeHostedText(c: JsonCursor, block: Block, key: AnswerKey): void {
  switch (key) {
    case AnswerKey.ToolUseId:
      block.toolUsePtr = c.valuePtr;
      block.toolUseLen = c.valueLen;
      break;
    case AnswerKey.ServerName:
      block.serverPtr = c.valuePtr;
      block.serverLen = c.valueLen;
      break;
    case AnswerKey.EncryptedContent:
      block.encryptedPtr = c.valuePtr;
      block.encryptedLen = c.valueLen;
      break;
    default:
      break;
  }
}

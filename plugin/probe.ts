/**
 * Test-only entry: the engines with plain numbers as arguments, one export per method. Structs are
 * handed out as addresses. Never built for release; host-test/support/probe.ts is the other side.
 */
import { pairNameLen, pairNamePtr, pairValueLen, pairValuePtr, PairList } from "./abi/pairs";
import { output, scratch } from "./abi/memory";
import { Arena } from "./bytes/arena";
import { allocateZeroed } from "./bytes/heap";
import { openRecords, openStruct, RecordList } from "./bytes/records";
import { Writer } from "./bytes/writer";
import { JsonCursor } from "./json/cursor";
import { codePointsLeft } from "./json/code_points";
import { escapeBytes } from "./json/escape";
import { unescapeShort, UNESCAPED_KEY } from "./json/key";
import { scanEscaped, scanStatus } from "./json/scan";
import { JsonKind } from "./json/status";
import { SseDecoder } from "./sse/decoder";
import "./abi/abort";

export { giveBackPages, livePages, pagesFor, takePages } from "./bytes/pages";
export { allocate, allocateZeroed, liveBytes, release } from "./bytes/heap";
export { closeArena, openArena } from "./bytes/arena";
export { makeWriter } from "./bytes/writer";
export { clear, copyTrusted } from "./bytes/copy";
export { putHex } from "./bytes/hex";
export { keepQuoted } from "./bytes/quoted";
export { sha256 } from "./bytes/sha256";
export { splice } from "./bytes/splice";
export { hexValue, isDigit, isJsonSpace, isLetter, toLower } from "./bytes/ascii";
export { decodeBase64, encodeBase64 } from "./bytes/base64";
export { decodePercent } from "./bytes/percent";
export {
  byteAt,
  equals,
  equalsLiteral,
  equalsLiteralIgnoreCase,
  findByte,
  findLiteral,
  fnv1a,
  startsWithLiteral,
  startsWithLiteralIgnoreCase,
} from "./bytes/compare";
export { putU64, readU32 } from "./bytes/decimal";
export { feedUtf8, isUtf8 } from "./bytes/utf8";
export { checkDocument, skipString, skipValue } from "./json/skip";
export {
  findStringEnd,
  findStringEndScalar,
  findStringEndSimd,
  readHex4,
  skipNumber,
  skipSpace,
  skipWord,
} from "./json/scan";
export { kindOf } from "./json/cursor";
export { passCodePoints } from "./json/code_points";
export { isSurrogate, putCodePoint, readEscape } from "./json/escape";
export {
  countCodePoints,
  escapeInto,
  findEscape,
  isBlank,
  trimmedLen,
  unescapeInto,
} from "./json/string";
export { readFixed, readInteger } from "./json/number";
export { closeDecoder, openDecoder } from "./sse/open";
export { findLineEnd } from "./sse/decoder";
export { beginData, endData } from "./sse/encoder";
export { nextPair, openPairList, openPairs } from "./abi/pairs";
export { dropScratch, proxy_on_memory_allocate } from "./abi/memory";

// bytes/arena

export function arenaTake(arena: Arena, len: u32): usize {
  return arena.take(len);
}

export function arenaTakeZeroed(arena: Arena, len: u32): usize {
  return arena.takeZeroed(len);
}

export function arenaKeep(arena: Arena, ptr: usize, len: u32): usize {
  return arena.keep(ptr, len);
}

export function arenaReset(arena: Arena): void {
  arena.reset();
}

export function arenaHolds(arena: Arena, ptr: usize): bool {
  return arena.holds(ptr);
}

export function arenaHeld(arena: Arena): u32 {
  return arena.held;
}

export function scratchArena(): Arena {
  return scratch();
}

export function outputWriter(): Writer {
  return output();
}

// bytes/writer

export function writerBegin(out: Writer, expected: u32, cap: u32): void {
  out.begin(expected, cap);
}

export function writerReserve(out: Writer, len: u32): bool {
  return out.reserve(len);
}

export function writerPut(out: Writer, ptr: usize, len: u32): void {
  out.put(ptr, len);
}

export function writerLiteral(out: Writer, literal: usize): void {
  out.literal(literal);
}

export function writerByte(out: Writer, value: u32): void {
  out.byte(value);
}

export function writerMark(out: Writer): u32 {
  return out.mark();
}

export function writerRewind(out: Writer, mark: u32): void {
  out.rewind(mark);
}

export function writerDropEnds(out: Writer, head: u32, tail: u32): void {
  out.dropEnds(head, tail);
}

export function writerFinish(out: Writer, keep: u32): void {
  out.finish(keep);
}

export function writerStart(out: Writer): usize {
  return out.start;
}

export function writerLength(out: Writer): u32 {
  return out.length;
}

export function writerFailed(out: Writer): bool {
  return out.failed;
}

export function writerSize(out: Writer): u32 {
  return out.size;
}

export function writerBytes(): u32 {
  return offsetof<Writer>();
}

// bytes/records

@unmanaged
@final
class ProbeRecord {
  first: u32;
  wide: u64;
  last: u32;
}

export function recordBytes(): u32 {
  return offsetof<ProbeRecord>();
}

export function openProbeRecords(arena: Arena): RecordList<ProbeRecord> | null {
  return openRecords<ProbeRecord>(arena);
}

export function openProbeStruct(arena: Arena): ProbeRecord | null {
  return openStruct<ProbeRecord>(arena);
}

export function recordsPush(list: RecordList<ProbeRecord>): ProbeRecord | null {
  return list.push();
}

export function recordsAt(list: RecordList<ProbeRecord>, index: u32): ProbeRecord {
  return list.at(index);
}

export function recordsCount(list: RecordList<ProbeRecord>): u32 {
  return list.count;
}

export function recordsTruncate(list: RecordList<ProbeRecord>, count: u32): void {
  list.truncate(count);
}

// json

export function lastScanStatus(): u32 {
  return scanStatus;
}

export function lastScanEscaped(): bool {
  return scanEscaped;
}

export function lastEscapeBytes(): u32 {
  return escapeBytes;
}

/** Unescapes into the key buffer; answers the length, `keyBuffer` the place. */
export function unescapeKey(ptr: usize, len: u32): u32 {
  return unescapeShort(ptr, len);
}

export function keyBuffer(): usize {
  return UNESCAPED_KEY;
}

export function newCursor(): usize {
  return allocateZeroed(offsetof<JsonCursor>());
}

export function cursorBytes(): u32 {
  return offsetof<JsonCursor>();
}

export function cursorOpen(c: JsonCursor, ptr: usize, len: u32, depth: u32): void {
  c.open(ptr, len, depth);
}

export function cursorKind(c: JsonCursor): u32 {
  return c.kind();
}

export function cursorEnterObject(c: JsonCursor): bool {
  return c.enterObject();
}

export function cursorEnterArray(c: JsonCursor): bool {
  return c.enterArray();
}

export function cursorNextKey(c: JsonCursor): bool {
  return c.nextKey();
}

export function cursorNextElement(c: JsonCursor): bool {
  return c.nextElement();
}

export function cursorKeyIs(c: JsonCursor, literal: usize): bool {
  return c.keyIs(literal);
}

export function cursorSkip(c: JsonCursor): bool {
  return c.skip();
}

export function cursorSkipNullable(c: JsonCursor): bool {
  return c.skipNullable();
}

export function cursorSkipKind(c: JsonCursor, kind: JsonKind): bool {
  return c.skipKind(kind);
}

export function cursorSkipBool(c: JsonCursor): bool {
  return c.skipBool();
}

export function cursorBroken(c: JsonCursor): bool {
  return c.broken;
}

export function cursorFinish(c: JsonCursor): bool {
  return c.finish();
}

export function cursorStatus(c: JsonCursor): u32 {
  return c.status;
}

export function cursorPtr(c: JsonCursor): usize {
  return c.ptr;
}

export function cursorKeyPtr(c: JsonCursor): usize {
  return c.keyPtr;
}

export function cursorKeyLen(c: JsonCursor): u32 {
  return c.keyLen;
}

export function cursorValuePtr(c: JsonCursor): usize {
  return c.valuePtr;
}

export function cursorValueLen(c: JsonCursor): u32 {
  return c.valueLen;
}

// sse

export function decoderFeed(d: SseDecoder, ptr: usize, len: u32): void {
  d.feed(ptr, len);
}

export function decoderEnd(d: SseDecoder): void {
  d.end();
}

export function decoderNext(d: SseDecoder): bool {
  return d.next();
}

export function decoderStatus(d: SseDecoder): u32 {
  return d.status;
}

export function decoderDataPtr(d: SseDecoder): usize {
  return d.dataPtr;
}

export function decoderDataLen(d: SseDecoder): u32 {
  return d.dataLen;
}

export function decoderNamePtr(d: SseDecoder): usize {
  return d.namePtr;
}

export function decoderNameLen(d: SseDecoder): u32 {
  return d.nameLen;
}

export function decoderRetryMs(d: SseDecoder): i32 {
  return d.retryMs;
}

export function decoderUnfinished(d: SseDecoder): bool {
  return d.unfinished;
}

/** Answers whether a comment was passed, and clears the mark. */
export function decoderTakeComment(d: SseDecoder): bool {
  const saw = d.sawComment;
  d.sawComment = false;
  return saw;
}

// abi/pairs

export function pairName(): usize {
  return pairNamePtr;
}

export function pairNameBytes(): u32 {
  return pairNameLen;
}

export function pairValue(): usize {
  return pairValuePtr;
}

export function pairValueBytes(): u32 {
  return pairValueLen;
}

export function pairListAdd(list: PairList, name: usize, valuePtr: usize, valueLen: u32): void {
  list.add(name, valuePtr, valueLen);
}

export function pairListLength(list: PairList): u32 {
  return list.length;
}

export function pairListWrite(list: PairList, arena: Arena): usize {
  return list.write(arena);
}

export * from "./probe_models";
export * from "./probe_config";
export * from "./probe_providers";
export * from "./probe_eventstream";
export * from "./probe_betas";
export * from "./probe_dedupe";

// json/code_points

export function lastCodePointsLeft(): u32 {
  return codePointsLeft;
}

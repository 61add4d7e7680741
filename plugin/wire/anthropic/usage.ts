/**
 * `usage` of a message, a message_start or a message_delta. Later numbers replace earlier ones, zeros included: providers
 * correct themselves downwards. But an object whose input counts are all zero says nothing about the input (some relays fill
 * message_delta up with zeros), and no count of output falls back to zero. Source: docs/chat.md, "Stop reason and usage".
 */
import { JsonCursor } from "../../json/cursor";
import { readInteger } from "../../json/number";
import { JsonKind } from "../../json/status";
import { byteAt } from "../../bytes/compare";
import { findUsageKey, UsageKey } from "./usage_keys";

export const enum ServiceTier {
  None = 0,
  Standard = 1,
  Priority = 2,
}

@unmanaged
@final
export class Usage {
  input: u64;
  output: u64;
  cacheRead: u64;
  cacheWrite: u64;
  thinking: u64;
  hasThinking: bool; // the upstream reports thinking tokens
  hasHourWrites: bool; // cache_creation has a part that lives an hour
  tier: ServiceTier;
  // Sums over iterations, used when one of them is a compaction.
  iterations: bool;
  compacted: bool;
  sumInput: u64;
  sumOutput: u64;
  sumCacheRead: u64;
  sumCacheWrite: u64;
  // Spans of what is passed on as it is; valid as long as the document.
  cacheCreationPtr: usize;
  cacheCreationLen: u32;
  serverToolUsePtr: usize;
  serverToolUseLen: u32;
  speedPtr: usize;
  speedLen: u32;
  inferenceGeoPtr: usize;
  inferenceGeoLen: u32;
  iterationsPtr: usize;
  iterationsLen: u32;
}

/** Input counts of the object that is being read; -1: not there. */
let newInput: i64 = -1;
let newCacheRead: i64 = -1;
let newCacheWrite: i64 = -1;

/** One iteration's numbers while it is read. */
let input: i64 = 0;
let output: i64 = 0;
let cacheRead: i64 = 0;
let cacheWrite: i64 = 0;

/** Reads the value that comes next; anything but an object is passed over. False when the document is broken. */
export function readUsage(c: JsonCursor, usage: Usage): bool {
  if (c.kind() != JsonKind.Object) return c.skip();
  newInput = newCacheRead = newCacheWrite = -1;
  c.enterObject();
  while (c.nextKey()) {
    if (!readMember(c, usage, findUsageKey(c.keyPtr, c.keyLen))) return false;
  }
  if (newInput > 0 || newCacheRead > 0 || newCacheWrite > 0) takeInput(usage);
  if (usage.compacted) {
    usage.input = usage.sumInput;
    usage.output = usage.sumOutput;
    usage.cacheRead = usage.sumCacheRead;
    usage.cacheWrite = usage.sumCacheWrite;
  }
  return true;
}

/** Input counts count together: one of them says that the others are meant, too. */
function takeInput(usage: Usage): void {
  if (newInput >= 0) usage.input = <u64>newInput;
  if (newCacheRead >= 0) usage.cacheRead = <u64>newCacheRead;
  if (newCacheWrite >= 0) usage.cacheWrite = <u64>newCacheWrite;
}

function readMember(c: JsonCursor, usage: Usage, key: UsageKey): bool {
  switch (key) {
    case UsageKey.CacheCreation:
      return readCacheCreation(c, usage);
    case UsageKey.OutputTokensDetails:
      return readDetails(c, usage);
    case UsageKey.Iterations:
      return readIterations(c, usage);
    default:
      if (!c.skipNullable()) return false;
      if (c.valueLen > 0) takeMember(c, usage, key);
      return true;
  }
}

function takeMember(c: JsonCursor, usage: Usage, key: UsageKey): void {
  switch (key) {
    case UsageKey.InputTokens:
      newInput = <i64>count(c);
      break;
    case UsageKey.OutputTokens:
      usage.output = latest(usage.output, c);
      break;
    case UsageKey.CacheReadInputTokens:
      newCacheRead = <i64>count(c);
      break;
    case UsageKey.CacheCreationInputTokens:
      newCacheWrite = <i64>count(c);
      break;
    case UsageKey.ServiceTier:
      usage.tier = tierOf(c.valuePtr, c.valueLen);
      break;
    case UsageKey.ServerToolUse:
      usage.serverToolUsePtr = c.valuePtr;
      usage.serverToolUseLen = c.valueLen;
      break;
    case UsageKey.Speed:
      usage.speedPtr = c.valuePtr;
      usage.speedLen = c.valueLen;
      break;
    case UsageKey.InferenceGeo:
      usage.inferenceGeoPtr = c.valuePtr;
      usage.inferenceGeoLen = c.valueLen;
      break;
    default:
      break;
  }
}

/** The count that was passed last; 0 when it is no count. */
function count(c: JsonCursor): u64 {
  const first = byteAt(c.valuePtr);
  if (first - 48 >= 10) return 0;
  const value = readInteger(c.valuePtr, c.valueLen);
  return value > 0 ? <u64>value : 0;
}

function latest(old: u64, c: JsonCursor): u64 {
  const value = count(c);
  return value > 0 ? value : old;
}

/** `"standard"` and `"priority"`, told by their length and first letter. */
function tierOf(ptr: usize, len: u32): ServiceTier {
  if (len != 10) return ServiceTier.None;
  const first = byteAt(ptr + 1);
  if (first == 0x73) return ServiceTier.Standard;
  return first == 0x70 ? ServiceTier.Priority : ServiceTier.None;
}

function readCacheCreation(c: JsonCursor, usage: Usage): bool {
  const start = c.ptr;
  if (c.kind() != JsonKind.Object) return c.skip();
  c.enterObject();
  while (c.nextKey()) {
    const key = findUsageKey(c.keyPtr, c.keyLen);
    if (!c.skip()) return false;
    if (key == UsageKey.Ephemeral1hInputTokens && count(c) > 0) usage.hasHourWrites = true;
  }
  usage.cacheCreationPtr = start;
  usage.cacheCreationLen = <u32>(c.ptr - start);
  return true;
}

function readDetails(c: JsonCursor, usage: Usage): bool {
  if (c.kind() != JsonKind.Object) return c.skip();
  c.enterObject();
  while (c.nextKey()) {
    const isThinking = findUsageKey(c.keyPtr, c.keyLen) == UsageKey.ThinkingTokens;
    const kind = c.kind();
    if (!c.skip()) return false;
    if (!isThinking || kind != JsonKind.Number) continue;
    usage.hasThinking = true;
    usage.thinking = latest(usage.thinking, c);
  }
  return true;
}

/** Sums `message` and `compaction` iterations; the others ran on other models at prices of their own. */
function readIterations(c: JsonCursor, usage: Usage): bool {
  const start = c.ptr;
  if (c.kind() != JsonKind.Array) return c.skip();
  usage.sumInput = 0;
  usage.sumOutput = 0;
  usage.sumCacheRead = 0;
  usage.sumCacheWrite = 0;
  c.enterArray();
  while (c.nextElement()) {
    if (!readIteration(c, usage)) return false;
  }
  usage.iterations = true;
  usage.iterationsPtr = start;
  usage.iterationsLen = <u32>(c.ptr - start);
  return true;
}

function readIteration(c: JsonCursor, usage: Usage): bool {
  if (c.kind() != JsonKind.Object) return c.skip();
  input = output = cacheRead = cacheWrite = 0;
  let type: u32 = 0;
  c.enterObject();
  while (c.nextKey()) {
    const key = findUsageKey(c.keyPtr, c.keyLen);
    const kind = c.kind();
    if (!c.skip()) return false;
    // "message" has 9 bytes with its quotes, "compaction" 12; no other known type has either length.
    if (key == UsageKey.Type && kind == JsonKind.String) type = c.valueLen;
    else if (kind == JsonKind.Number) takeIterationCount(c, key);
  }
  if (type == 12) usage.compacted = true;
  else if (type != 9) return true;
  usage.sumInput += input;
  usage.sumOutput += output;
  usage.sumCacheRead += cacheRead;
  usage.sumCacheWrite += cacheWrite;
  return true;
}

function takeIterationCount(c: JsonCursor, key: UsageKey): void {
  const value = <i64>count(c);
  switch (key) {
    case UsageKey.InputTokens:
      input = value;
      break;
    case UsageKey.OutputTokens:
      output = value;
      break;
    case UsageKey.CacheReadInputTokens:
      cacheRead = value;
      break;
    case UsageKey.CacheCreationInputTokens:
      cacheWrite = value;
      break;
    default:
      break;
  }
}

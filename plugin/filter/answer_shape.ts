/** What a stream keeps of its request, so that the answer looks as it should. */
import { output } from "../abi/memory";
import { Arena, closeArena, openArena } from "../bytes/arena";
import { openStruct } from "../bytes/records";
import { Profile, StreamPing, StreamUsage } from "../policy/config";
import { planModelChanged } from "../policy/plan_maker";
import { CITATIONS_CAP } from "../translate/chat/annotations_stream";
import { Facts } from "../translate/plan";
import { AnswerShape } from "../translate/shape";
import { putAdaptations } from "../translate/shared/adaptation";
import { Conversation } from "../translate/shared/conversation";
import { keepTools } from "../translate/shared/names";
import { Operation } from "../translate/surface";
import { countAdaptations } from "./metrics";
import { StreamState } from "./stream";

/** First chunk of what a stream keeps for its answer. */
const STREAM_ARENA_BYTES: u32 = 1008;
/** What a stream may keep besides one event: citations, which may leave half of each chunk unused, and the rest. */
const STREAM_ARENA_EXTRA: u32 = 2 * CITATIONS_CAP + 65536;

/** Forgets what was kept: the request is written anew, for another profile. */
export function dropShape(stream: StreamState): void {
  const arena = stream.arena;
  if (arena != null) closeArena(arena);
  stream.arena = null;
  stream.shape = null;
  stream.adaptedLen = 0;
}

/** Keeps sizes from wrapping. */
const ARENA_CEILING: u32 = 0x4000_0000;

/** Notes how the answer is to look; `more` bytes will be kept besides. False without memory. */
export function keepShape(
  stream: StreamState,
  profile: Profile,
  facts: Facts,
  talk: Conversation,
  more: u32,
): bool {
  const arena = openArena(STREAM_ARENA_BYTES, arenaCap(profile, more));
  if (arena == null) return false;
  stream.arena = arena;
  stream.wantsStream = facts.stream;
  const shape = openStruct<AnswerShape>(arena);
  if (shape == null) return false;
  stream.shape = shape;
  shape.reasoningContent = profile.reasoningContent;
  shape.reasoningField = profile.reasoningField;
  shape.reasoningDetails = profile.reasoningDetails;
  shape.thinkingBlocks = profile.thinkingBlocks;
  shape.includeUsage = facts.includeUsage || profile.streamUsage == StreamUsage.Always;
  shape.pingComments = profile.streamPing == StreamPing.Comment;
  shape.legacyFunctions = facts.legacyFunctions;
  if (!keepToolShape(shape, arena, facts, talk, profile)) return false;
  shape.maxDepth = profile.maxDepth;
  shape.showsAsked = planModelChanged;
  if (!keepModel(shape, arena, facts)) return false;
  return facts.adapted == 0 || keepAdaptations(stream, facts);
}

/** Notes how the answer to a native request is to look: as it comes, but for the model's name. False without memory. */
export function keepNativeShape(stream: StreamState, profile: Profile, facts: Facts): bool {
  const arena = openArena(STREAM_ARENA_BYTES, profile.maxEventBytes + STREAM_ARENA_EXTRA);
  if (arena == null) return false;
  stream.arena = arena;
  stream.wantsStream = facts.stream;
  const shape = openStruct<AnswerShape>(arena);
  if (shape == null) return false;
  stream.shape = shape;
  shape.maxDepth = profile.maxDepth;
  shape.showsAsked = planModelChanged && stream.operation == Operation.Messages;
  return keepModel(shape, arena, facts) && (facts.adapted == 0 || keepAdaptations(stream, facts));
}

/** The name that the client asked for. False without memory. */
function keepModel(shape: AnswerShape, arena: Arena, facts: Facts): bool {
  if (facts.modelLen == 0) return true;
  shape.modelPtr = arena.keep(facts.modelPtr, facts.modelLen);
  shape.modelLen = facts.modelLen;
  return shape.modelPtr != 0;
}

/** What answers need to know of the tools. False without memory. */
function keepToolShape(
  shape: AnswerShape,
  arena: Arena,
  facts: Facts,
  talk: Conversation,
  profile: Profile,
): bool {
  shape.maxHeldBytes = profile.maxEventBytes;
  shape.jsonTool = facts.jsonTool;
  if (facts.jsonTool) {
    shape.jsonNamePtr = arena.keep(facts.jsonNamePtr, facts.jsonNameLen);
    shape.jsonNameLen = facts.jsonNameLen;
    if (shape.jsonNamePtr == 0) return false;
  }
  return keepTools(arena, talk, shape);
}

/** The value of x-bridge-adapted, written behind the body and copied. */
export function keepAdaptations(stream: StreamState, facts: Facts): bool {
  const arena = stream.arena;
  if (arena == null) return false;
  countAdaptations(stream, facts.adapted);
  const out = output();
  const mark = out.mark();
  putAdaptations(out, facts);
  stream.adaptedLen = out.length - mark;
  stream.adaptedPtr = arena.keep(out.start + mark, stream.adaptedLen);
  out.rewind(mark);
  return stream.adaptedPtr != 0;
}

/** Most bytes that a stream may keep. */
function arenaCap(profile: Profile, more: u32): u32 {
  const cap = <u64>profile.maxEventBytes + STREAM_ARENA_EXTRA + more;
  return cap < ARENA_CEILING ? <u32>cap : ARENA_CEILING;
}

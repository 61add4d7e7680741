/** Chat Completions: what the request says about caching outside of its messages. Source: docs/chat.md, "Cache control". */
import * as L from "../../bytes/literals";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { kindOf } from "../../json/cursor";
import { Plan } from "../plan";
import { countMarks, countOtherMarks, hasBreakpoint } from "./cache_marks";
import { ClientRequest } from "./client_request";

/**
 * The mark that a breakpoint without a lifetime of its own becomes. A lifetime for all of them lifts it to an hour, since
 * OpenAI's shortest is above Anthropic's.
 */
export function breakpointMark(request: ClientRequest): usize {
  return readOptions(request) ? L.MARK_HOUR : L.MARK;
}

/** True when the options say something that has no effect. */
export function losesCacheOptions(request: ClientRequest): bool {
  const lifts = readOptions(request);
  return lost || (lifts && !hasBreakpoint(request.talk));
}

/** The options said something else than a lifetime. */
let lost: bool = false;

/** True when they give a lifetime for all breakpoints. */
function readOptions(request: ClientRequest): bool {
  const members = request.members;
  const c = request.cursor;
  const ptr = members.ptr(ChatKey.PromptCacheOptions);
  lost = ptr != 0 && kindOf(ptr) != JsonKind.Object;
  if (ptr == 0 || lost) return false;
  let lifts = false;
  c.open(ptr, members.len(ChatKey.PromptCacheOptions), 1);
  c.enterObject();
  while (c.nextKey()) {
    const isTtl = findPartKey(c.keyPtr, c.keyLen) == PartKey.Ttl;
    if (isTtl && c.kind() == JsonKind.String) lifts = true;
    else if (c.kind() != JsonKind.Null) lost = true;
    c.skip();
  }
  return lifts;
}

/** Marks that count against the limit and are none of a message's records; 0 when that does not matter. */
export function outsideMarks(request: ClientRequest, plan: Plan): u32 {
  const talk = request.talk;
  if (!hasBreakpoint(talk)) return 0;
  const members = request.members;
  const c = request.cursor;
  let count = countOtherMarks(talk, c, plan.maxDepth);
  count += countMarks(c, members.ptr(ChatKey.System), members.len(ChatKey.System), plan.maxDepth);
  // Automatic caching takes one of the places. Source: Anthropic API documentation, "Prompt caching".
  if (members.has(ChatKey.CacheControl)) count += 1;
  return count;
}

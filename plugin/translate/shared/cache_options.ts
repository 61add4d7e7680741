/** Chat Completions: what the request says about caching outside of its messages. Source: docs/chat.md, "Cache control". */
import * as L from "../../bytes/literals";
import { JsonKind } from "../../json/status";
import { ChatKey } from "../../wire/openai/chat_keys";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { kindOf } from "../../json/cursor";
import { Plan } from "../plan";
import { note } from "./adaptation";
import { Adaptation } from "./adaptations";
import { countMarks, countOtherMarks, hasBreakpoint } from "./cache_marks";
import { ClientRequest } from "./client_request";

/**
 * The mark that a breakpoint without a lifetime of its own becomes. A lifetime for all of them lifts it to an hour, since
 * OpenAI's shortest is above Anthropic's; all else that the options say has no counterpart and is noted.
 */
export function breakpointMark(request: ClientRequest): usize {
  const members = request.members;
  const c = request.cursor;
  const ptr = members.ptr(ChatKey.PromptCacheOptions);
  let mark = L.MARK;
  if (ptr == 0) return mark;
  let isLost = kindOf(ptr) != JsonKind.Object;
  if (!isLost) {
    c.open(ptr, members.len(ChatKey.PromptCacheOptions), 1);
    c.enterObject();
    while (c.nextKey()) {
      const isTtl = findPartKey(c.keyPtr, c.keyLen) == PartKey.Ttl;
      if (isTtl && c.kind() == JsonKind.String) mark = L.MARK_HOUR;
      else if (c.kind() != JsonKind.Null) isLost = true;
      c.skip();
    }
    if (mark == L.MARK_HOUR && !hasBreakpoint(request.talk)) isLost = true;
  }
  if (isLost) note(request.facts, Adaptation.DroppedPromptCacheOptions);
  return mark;
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

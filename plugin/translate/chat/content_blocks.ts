/** Chat Completions: `content_blocks` of an assistant's message, the upstream's own blocks. Source: docs/chat.md, "Assistant messages". */
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { JsonKind, JsonStatus } from "../../json/status";
import { MessageKey, messageKeyName } from "../../wire/openai/message_keys";
import { findPartKey, PartKey } from "../../wire/openai/part_keys";
import { findPartType, PartType } from "../../wire/openai/part_types";
import { Message } from "../shared/conversation";
import { atItem, refuseType } from "../shared/problem";

/** Reads the array that comes next; an empty one is none. Nothing of a block is looked at but the first one's type. */
export function readBlocks(c: JsonCursor, message: Message): bool {
  const kind = c.kind();
  message.blocksPtr = 0;
  if (kind == JsonKind.Null) return c.skip();
  if (kind != JsonKind.Array) {
    if (c.broken) return false;
    atItem(L.MESSAGES, message.index, messageKeyName(MessageKey.ContentBlocks));
    return refuseType(L.TEXT_AN_ARRAY);
  }
  const start = c.ptr;
  let count: u32 = 0;
  c.enterArray();
  for (; c.nextElement(); count++) {
    const looks = count == 0 && c.kind() == JsonKind.Object;
    if (looks ? !readFirst(c, message) : !c.skip()) return false;
  }
  if (c.status != JsonStatus.Ok) return false;
  message.blocksPtr = count > 0 ? start : 0;
  message.blocksLen = count > 0 ? <u32>(c.ptr - start) : 0;
  return true;
}

function readFirst(c: JsonCursor, message: Message): bool {
  c.enterObject();
  while (c.nextKey()) {
    const isType = findPartKey(c.keyPtr, c.keyLen) == PartKey.Type && c.kind() == JsonKind.String;
    if (!c.skip()) return false;
    if (!isType) continue;
    const type = findPartType(c.word(), c.wordLen);
    message.blocksThink = type == PartType.Thinking || type == PartType.RedactedThinking;
  }
  return c.status == JsonStatus.Ok;
}

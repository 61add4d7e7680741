/** Chat Completions: a whole message as a stream, for clients that asked for one and upstreams that gave none. */
import { Arena } from "../../bytes/arena";
import { Writer } from "../../bytes/writer";
import { WholeAnswer } from "../../wire/anthropic/answer";
import { EVENT } from "../../wire/anthropic/stream_event";
import { AnswerShape } from "../shape";
import { startBlock, stopBlock } from "./blocks";
import { openChatStream, putClosing, putOpening } from "./stream";

/** Writes all chunks up to `[DONE]`. False without memory. */
export function writeAsStream(
  out: Writer,
  whole: WholeAnswer,
  shape: AnswerShape,
  arena: Arena,
): bool {
  const s = openChatStream(arena, shape);
  if (s == null) return false;
  s.answer = whole.answer;
  s.borrowsInput = true;
  if (!putOpening(out, s)) return false;
  const kept = EVENT.block;
  let written: u32 = 0;
  for (let i: u32 = 0; i < whole.blocks.count; i++) {
    EVENT.block = whole.blocks.at(i);
    if (!startBlock(out, s, i)) break;
    stopBlock(out, s, i);
    written += 1;
  }
  EVENT.block = kept;
  if (written < whole.blocks.count) return false;
  putClosing(out, s);
  return true;
}

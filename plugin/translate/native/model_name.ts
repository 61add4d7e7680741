/**
 * The model's name in native answers: where an alias or a template changed it on the way in, the name that the client asked for is
 * put back. Nothing else of an answer is touched. Source: docs/native.md, "Answers".
 */
import { literalLen, literalPtr } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { UNESCAPED_KEY } from "../../json/key";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind, JsonStatus } from "../../json/status";
import { AnswerShape } from "../shape";
import { addEdit, Edits } from "./edits";

/** Notes the edits for a whole message. False when it is no JSON object, or without memory: then there is nothing to write. */
export function renameMessage(
  edits: Edits,
  c: JsonCursor,
  ptr: usize,
  len: u32,
  shape: AnswerShape,
): bool {
  c.open(ptr, len, shape.maxDepth);
  return c.kind() == JsonKind.Object && renameObject(edits, c, shape) && c.finish();
}

/** As `renameMessage`, for the data of a message_start. */
export function renameStart(
  edits: Edits,
  c: JsonCursor,
  ptr: usize,
  len: u32,
  shape: AnswerShape,
): bool {
  c.open(ptr, len, shape.maxDepth);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    if (c.keyIs(L.MESSAGE) && c.kind() == JsonKind.Object) {
      if (!renameObject(edits, c, shape)) return false;
    } else if (!c.skip()) return false;
  }
  return c.finish();
}

/** As `renameMessage`, for a count as Bedrock answers it: `inputTokens` is `input_tokens` to the API's clients. */
export function renameCount(edits: Edits, c: JsonCursor, ptr: usize, len: u32): bool {
  c.open(ptr, len, DEPTH_CEILING);
  if (!c.enterObject()) return false;
  while (c.nextKey()) {
    // A name with escapes is none of Bedrock's, and stands in a buffer instead of the body.
    const isCount = c.keyPtr != UNESCAPED_KEY && c.keyIs(L.INPUT_TOKENS_AWS);
    const key = c.keyPtr - 1;
    const keyLen = c.keyLen + 2;
    if (!c.skip()) return false;
    const name = L.INPUT_TOKENS_KEY;
    if (isCount && !addEdit(edits, key, keyLen, literalPtr(name), literalLen(name))) return false;
  }
  return c.finish();
}

function renameObject(edits: Edits, c: JsonCursor, shape: AnswerShape): bool {
  c.enterObject();
  while (c.nextKey()) {
    const isName = c.keyIs(L.MODEL) && c.kind() == JsonKind.String;
    if (!c.skip()) return false;
    if (!isName) continue;
    if (!addEdit(edits, c.valuePtr + 1, c.valueLen - 2, shape.modelPtr, shape.modelLen))
      return false;
  }
  return c.status == JsonStatus.Ok;
}

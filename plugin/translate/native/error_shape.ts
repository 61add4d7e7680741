/** Errors that are in Anthropic's shape already. Source: Anthropic API reference, "Errors"; docs/native.md, "Errors". */
import { equalsLiteral } from "../../bytes/compare";
import * as L from "../../bytes/literals";
import { JsonCursor } from "../../json/cursor";
import { DEPTH_CEILING } from "../../json/skip";
import { JsonKind } from "../../json/status";

/** True for `{"type":"error","error":{"type":"…","message":"…"}}`, whatever else it has. */
export function isAnthropicError(c: JsonCursor, ptr: usize, len: u32): bool {
  c.open(ptr, len, DEPTH_CEILING);
  if (!c.enterObject()) return false;
  let isError = false;
  let hasError = false;
  while (c.nextKey()) {
    const kind = c.kind();
    if (c.keyIs(L.ERROR_WORD) && kind == JsonKind.Object) {
      hasError = readError(c);
      continue;
    }
    const isType = c.keyIs(L.TYPE);
    if (!c.skip()) return false;
    if (isType)
      isError = kind == JsonKind.String && equalsLiteral(c.word(), c.wordLen, L.ERROR_WORD);
  }
  return c.finish() && isError && hasError;
}

function readError(c: JsonCursor): bool {
  let type = false;
  let message = false;
  c.enterObject();
  while (c.nextKey()) {
    const isText = c.kind() == JsonKind.String;
    if (c.keyIs(L.TYPE)) type = isText;
    else if (c.keyIs(L.MESSAGE)) message = isText;
    if (!c.skip()) return false;
  }
  return type && message;
}

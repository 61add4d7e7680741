/** Counting at Bedrock: the request in an envelope. Source: AWS API reference, "CountTokens"; docs/native.md, "Counting". */
import { Arena } from "../../bytes/arena";
import { encodeBase64 } from "../../bytes/base64";
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";

/** Puts the request in `out` into the envelope: the body of an invocation in base64. False without memory; `failed` tells of the cap. */
export function wrapCount(out: Writer, arena: Arena): bool {
  if (out.failed) return true;
  const len = out.length;
  const body = arena.keep(out.start, len);
  if (body == 0) return false;
  out.rewind(0);
  out.literal(L.COUNT_OPEN);
  encodeBase64(out, body, len);
  out.literal(L.COUNT_CLOSE);
  return true;
}

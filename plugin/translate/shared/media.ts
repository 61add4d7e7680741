/** Images, documents and files as blocks. Source: docs/chat.md, "User content parts". */
import * as L from "../../bytes/literals";
import { Writer } from "../../bytes/writer";
import { PartKey } from "../../wire/openai/part_keys";
import { Facts, Plan } from "../plan";
import { Message, Part } from "./conversation";
import { atPartOf, refuseValue } from "./problem";

/** Appends the block of a part that is neither text nor an Anthropic block. False with a problem. */
export function putMedia(
  out: Writer,
  message: Message,
  part: Part,
  plan: Plan,
  facts: Facts,
): bool {
  atPartOf(message.index, part.index, PartKey.Type);
  return refuseValue(L.CODE_UNSUPPORTED_VALUE, part.typePtr, part.typeLen, L.TEXT_PART_NOT_SERVED);
}

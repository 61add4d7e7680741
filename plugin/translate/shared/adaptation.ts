/**
 * Noting adaptations and naming them for the header `x-bridge-adapted`. Only names of the table in adaptations.ts ever
 * appear, never client text (docs/chat.md, "Adaptations").
 */
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { Facts } from "../plan";
import { Adaptation, adaptationName } from "./adaptations";

/** Most bytes of the header value. */
const HEADER_CAP: u32 = 1024;
/** No name is longer. */
const NAME_CAP: u32 = 64;

/** Notes an adaptation. */
export function note(facts: Facts, adaptation: Adaptation): void {
  facts.adapted |= (1 as u64) << (<u64>adaptation);
}

/** Appends `dropped:seed, clamped:temperature` … for all that was noted; what does not fit is left out. */
export function putAdaptations(out: Writer, facts: Facts): void {
  const start = out.length;
  let left = facts.adapted >> 1;
  for (let member: u32 = 1; left != 0; member++, left >>= 1) {
    if ((left & 1) == 0) continue;
    if (out.length - start > HEADER_CAP - NAME_CAP) return;
    if (out.length != start) {
      out.byte(Ascii.Comma);
      out.byte(Ascii.Space);
    }
    out.literal(adaptationName(member));
  }
}

/** Tool names in the alphabet that the Messages API takes. Source: docs/chat.md, "Names". */
import { Writer } from "../../bytes/writer";
import { Facts } from "../plan";

/** Appends a tool name from its token, quotes included. */
export function putToolName(out: Writer, ptr: usize, len: u32, facts: Facts): void {
  out.put(ptr, len);
}

/** stub */
import { Writer } from "../bytes/writer";
export function structToJson(out: Writer, ptr: usize, len: u32, depth: u32): bool {
  return false;
}

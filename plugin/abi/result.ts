/** Where the host writes the address and the length of what it hands over. */
import { Status } from "./numbers";

/** First byte of the last result. Meaningless while `resultLen` is 0. */
export let resultPtr: usize = 0;
/** Length of the last result. */
export let resultLen: u32 = 0;

/** Two words for the host to write into. */
export const SLOT: usize = memory.data(16, 8);

/** Before each call: a result of no bytes may leave the address as it was. */
export function clearSlot(): void {
  store<u64>(SLOT, 0);
}

/** Takes over what the host has written, nothing unless the status is Ok; answers the status. */
export function takeResult(status: u32): Status {
  resultPtr = <usize>load<u32>(SLOT);
  resultLen = status == Status.Ok ? load<u32>(SLOT, 4) : 0;
  return status;
}

/** Names a span of ours as the last result. */
export function setResult(ptr: usize, len: u32): Status {
  resultPtr = ptr;
  resultLen = len;
  return Status.Ok;
}

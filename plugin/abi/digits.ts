/** Writes `value` right-aligned into `width` ASCII digits at `ptr`, filled up with zeros. */
export function putDigits(ptr: usize, width: u32, value: u32): void {
  for (let at = ptr + width; at > ptr; value /= 10) {
    at -= 1;
    store<u8>(at, <u8>(48 + (value % 10)));
  }
}

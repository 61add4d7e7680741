/** Where a failed assertion of ours ends: one line in the host's log, then a trap. */
import { LogLevel } from "./numbers";
import { proxy_log } from "./env";
import { putDigits } from "./digits";

// "messages-bridge: assertion failed at line 0000000000"
// prettier-ignore
const TEXT: usize = memory.data<u8>([
  109, 101, 115, 115, 97, 103, 101, 115, 45, 98, 114, 105, 100, 103, 101, 58, 32, 97, 115, 115, 101,
  114, 116, 105, 111, 110, 32, 102, 97, 105, 108, 101, 100, 32, 97, 116, 32, 108, 105, 110, 101, 32,
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
]);
const LINE_AT: usize = 42;
const LINE_DIGITS: u32 = 10;

/** Handler of `abort`: logs the source line, then traps. Nothing is allocated. */
export function abortToHost(
  message: string | null,
  file: string | null,
  line: u32,
  column: u32,
): void {
  putDigits(TEXT + LINE_AT, LINE_DIGITS, line);
  proxy_log(LogLevel.Critical, TEXT, <u32>LINE_AT + LINE_DIGITS);
  unreachable();
}

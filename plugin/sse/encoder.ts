/** Frames of an event stream onto a writer. The payload is the caller's. */
import { Ascii } from "../bytes/ascii";
import { Writer } from "../bytes/writer";

const DATA: usize = memory.data<u8>([6, 0, 0, 0, 0x64, 0x61, 0x74, 0x61, 0x3a, 0x20]);

/** `data: `: what follows up to `endData` is one line of payload. */
export function beginData(out: Writer): void {
  out.literal(DATA);
}

/** The blank line behind an event. */
export function endData(out: Writer): void {
  out.byte(Ascii.LineFeed);
  out.byte(Ascii.LineFeed);
}

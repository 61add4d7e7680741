/** What a stream keeps so that logs, filter state and headers can tell of it. */
import { Arena } from "../bytes/arena";

@unmanaged
@final
export class Account {
  arena: Arena; // owned; holds this struct, too
  startedNs: u64; // since 1970
  modelPtr: usize; // as it went upstream
  modelLen: u32;
  askedPtr: usize; // as it was asked for
  askedLen: u32;
  betasPtr: usize; // tokens that went upstream, joined by commas
  betasLen: u32;
  exported: u32; // bits of what was written to the filter state already
  reserved: u64; // tokens that the request may cost
  idPtr: usize; // of the upstream's answer
  idLen: u32;
}

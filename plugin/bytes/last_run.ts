/** The short run that something was found for last, so that it need not be looked for again. */
import { equals } from "./compare";
import { copyTrusted, SLACK } from "./copy";
import { allocateZeroed } from "./heap";

/** Longer runs are not kept. A multiple of a lane. */
const CAP: u32 = 64;

@unmanaged
@final
export class LastRun {
  bytes: usize; // CAP of them, owned
  len: u32; // 0: nothing is kept

  /** True when this is the run that was kept. An empty one never is. */
  is(ptr: usize, len: u32): bool {
    return len != 0 && len == this.len && equals(ptr, this.bytes, len);
  }

  /** Keeps a copy in the place of the one before; the source has SLACK readable bytes behind it. */
  keep(ptr: usize, len: u32): void {
    this.len = len <= CAP ? len : 0;
    copyTrusted(this.bytes, ptr, this.len);
  }
}

/** For module-level constants only: it is made while the module starts, when memory is always there. */
export function makeLastRun(): LastRun {
  const run = changetype<LastRun>(allocateZeroed(offsetof<LastRun>()));
  run.bytes = allocateZeroed(CAP + SLACK);
  return run;
}

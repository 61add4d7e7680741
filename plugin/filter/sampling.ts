/** Which exchanges are measured. */

/** The clock costs host calls in every callback, so one exchange stands for so many. */
const SAMPLE: u32 = 16;

let begun: u32 = 0;

/** True for the exchanges that are measured: not the first one, whose code is not compiled yet. */
export function isSampled(): bool {
  begun += 1;
  return begun % SAMPLE == 0;
}

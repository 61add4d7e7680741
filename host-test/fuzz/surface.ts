/** What every part of the fuzzer is to its runner: numbered cases that can be made again, each of one or many inputs. */

/** One way of making and judging cases. */
export interface Surface {
  /** What is wrong with the case of this number; empty when nothing is. */
  judge(index: number): string[];
  /** The finding as text, with all that is needed to see it again. */
  tell(index: number, problems: string[]): string;
  /** Forgets VMs that a finding has spoilt. */
  renew(index: number): void;
}

/** A surface before it is opened. */
export interface SurfaceEntry {
  /** Inputs of a case: 1 for an exchange, many where an input costs some microseconds. */
  readonly inputs: number;
  /** `seed` names the run. */
  open(seed: number): Surface;
}

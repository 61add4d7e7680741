/** What an engine is to the fuzzer, and the surface that runs one: batches of inputs that a number makes again. */
import { Random } from "../random.ts";
import type { Surface } from "../surface.ts";
import { Draft } from "./draft.ts";
import { Lab } from "./lab.ts";

/** Inputs of one case. */
export const BATCH = 500;
/** Inputs tried to make a finding smaller. */
const MOST_TRIES = 20_000;

export interface EngineKind {
  /** Makes an input. */
  make(random: Random, draft: Draft): void;
  /** What is wrong with it; undefined when nothing is. `random`: how it is cut and bounded, the same for the same input. */
  judge(lab: Lab, draft: Draft, random: Random): string | undefined;
}

/** An input that was found, and what its judge draws from. */
interface Found {
  bytes: Buffer;
  salt: number;
  problem: string;
}

export class EngineSurface implements Surface {
  private lab = new Lab();
  private readonly draft = new Draft();
  private readonly maker = new Random(0, 0);
  private readonly judging = new Random(0, 0);

  constructor(
    private readonly kind: EngineKind,
    private readonly seed: number,
  ) {}

  judge(index: number): string[] {
    const live = this.lab.x.liveBytes();
    const problems = this.findings(index).map(({ problem }) => problem);
    const left = this.lab.x.liveBytes() - live;
    if (left !== 0) problems.push(`${left} bytes are left allocated`);
    return problems;
  }

  tell(index: number, problems: string[]): string {
    const found = this.findings(index)[0];
    const head = `--- seed ${this.seed} case ${index}\n${problems.map((problem) => `  ! ${problem}\n`).join("")}`;
    if (found === undefined) return `${head}  not seen again: it needs what came before`;
    const { bytes, salt } = this.shrink(found);
    return `${head}  input ${JSON.stringify(bytes.toString("latin1"))}\n  salt ${salt}`;
  }

  renew(): void {
    this.lab = new Lab();
  }

  /** What is wrong with these bytes. */
  try(bytes: Uint8Array, salt: number): string | undefined {
    this.draft.clear();
    this.draft.add(bytes);
    return this.judged(salt);
  }

  private findings(index: number): Found[] {
    const found: Found[] = [];
    const { draft, maker } = this;
    maker.restart(this.seed, index);
    for (let count = 0; count < BATCH; count++) {
      draft.clear();
      this.kind.make(maker, draft);
      const salt = maker.int(0x7fff_ffff);
      const problem = this.judged(salt);
      if (problem !== undefined)
        found.push({ bytes: Buffer.from(draft.bytes.subarray(0, draft.used)), salt, problem });
    }
    return found;
  }

  private judged(salt: number): string | undefined {
    this.judging.restart(salt, 0);
    try {
      return this.kind.judge(this.lab, this.draft, this.judging);
    } catch (error) {
      this.lab = new Lab();
      return String(error);
    }
  }

  /** Leaves out pieces while the same problem stays, large ones first. */
  private shrink(found: Found): Found {
    let best = found;
    let tries = 0;
    for (let size = best.bytes.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < best.bytes.length && tries++ < MOST_TRIES;) {
        const { bytes, salt } = best;
        const less = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
        if (this.try(less, salt) === found.problem) best = { ...best, bytes: less };
        else at += size;
      }
    }
    return best;
  }
}

/** Configurations, right and damaged: each is accepted or refused with a place and a reason, twice the same, and one that is accepted serves. */
import { exchange, WasmHost } from "../host/index.ts";
import { BAD, ENVIRONMENT, GOOD } from "../unit/config/cases.ts";
import { countedModule, PLAIN_REQUEST } from "./hosts.ts";
import { Members, print, tree, type Node, type Plain } from "./json_tree.ts";
import { mutateBytes, mutateTree } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Surface } from "./surface.ts";

/** Exchanges that a VM serves before it is left for a fresh one: configurations are kept for its life. */
const PER_VM = 5000;

const SEEDS = [...GOOD, ...BAD].map(([, document]) =>
  Buffer.from(typeof document === "string" ? document : JSON.stringify(document)),
);
const TREES = [...GOOD, ...BAD].flatMap(([, document]) => {
  if (typeof document === "string") return [];
  // What JSON leaves out is left out here, too.
  return [tree(JSON.parse(JSON.stringify(document)) as Plain)];
});

/** The configuration with this number of the run with this seed. */
export function makeConfig(seed: number, index: number): Uint8Array {
  const random = new Random(seed, index);
  if (random.oneIn(5)) return mutateBytes(random.pick(SEEDS), random);
  let node: Node = random.pick(TREES);
  if (random.oneIn(3)) node = mixed(node, random.pick(TREES));
  for (let count = random.int(4); count > 0; count--) node = mutateTree(node, random);
  return Buffer.from(print(node, random.oneIn(3) ? { random, rarity: 8 } : undefined));
}

/** Two configurations in one: members of both, of the profile too. */
function mixed(one: Node, other: Node): Node {
  if (!(one instanceof Members) || !(other instanceof Members)) return one;
  const entries = new Map(one.entries);
  for (const [key, value] of other.entries) {
    const mine = entries.get(key);
    entries.set(key, mine === undefined ? value : mixed(mine, value));
  }
  return new Members([...entries]);
}

const ANSWER = {
  headers: [
    [":status", "200"],
    ["content-type", "application/json"],
  ] as [string, string][],
  body: '{"type":"message","id":"m","model":"c","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}',
};

/** What an exchange under a configuration came to, as text. */
interface Outcome {
  ok: boolean;
  logs: string;
  served: string;
}

const SMALLEST = '{"version":1,"profile":{}}';

export class ConfigSurface implements Surface {
  private host = this.open();
  private uses = 0;

  constructor(private readonly seed: number) {}

  judge(index: number): string[] {
    if (this.uses++ > PER_VM) this.renew();
    const config = makeConfig(this.seed, index);
    try {
      const quiet = this.host.liveBytes() ?? 0;
      const one = outcomeOf(this.host, config);
      const other = outcomeOf(this.host, config);
      const left = (this.host.liveBytes() ?? 0) - quiet;
      const problems = problemsOf(one);
      if (JSON.stringify(one) !== JSON.stringify(other))
        problems.push("another outcome the second time");
      if (left !== 0) problems.push(`${left} bytes are left allocated`);
      return problems;
    } catch (error) {
      return [error instanceof Error ? `${error.name}: ${error.message}` : String(error)];
    }
  }

  tell(index: number, problems: string[]): string {
    const text = Buffer.from(makeConfig(this.seed, index)).toString("latin1");
    const shown = problems.map((problem) => `  ! ${problem}\n`).join("");
    return `--- seed ${this.seed} case ${index}\n${shown}  ${JSON.stringify(text)}`;
  }

  renew(): void {
    this.host = this.open();
    this.uses = 0;
  }

  /** A VM that has made what it keeps whatever comes: the writers of a report, the blocks of a first exchange. */
  private open(): WasmHost {
    const options = { profile: "envoy-hold", canary: false, env: ENVIRONMENT } as const;
    const host = WasmHost.loadSync(countedModule(), options);
    for (const config of ["{}", SMALLEST]) outcomeOf(host, Buffer.from(config));
    return host;
  }
}

/** Configures, serves one exchange, and takes the configuration away again. */
function outcomeOf(host: WasmHost, config: Uint8Array): Outcome {
  host.logs.length = 0;
  const root = host.addRoot(config);
  const logs = host.logs.map(({ text }) => text).join("\n");
  if (!root.ok) {
    root.close();
    return { ok: false, logs, served: "" };
  }
  const { client, upstream } = exchange(host, root, { request: PLAIN_REQUEST, response: ANSWER });
  const served = JSON.stringify([client.status, client.text(), upstream.headers, upstream.text()]);
  root.close();
  return { ok: true, logs, served };
}

/** A refusal names a place in the document, or says that it is none; what is accepted answers. */
function problemsOf({ ok, logs, served }: Outcome): string[] {
  if (ok) return /^\[0,/.test(served) ? ["no answer under an accepted configuration"] : [];
  return /\$|JSON/.test(logs) ? [] : [`a refusal that names no place: ${logs}`];
}

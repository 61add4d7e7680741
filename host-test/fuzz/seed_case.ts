/** A case made of a seed: its request, its answer or both damaged, and sent in any pieces. */
import type { HeaderList } from "../host/index.ts";
import { sending, type FuzzCase, type FuzzMessage } from "./case.ts";
import { print, tree, type Node, type Plain } from "./json_tree.ts";
import { mutateBytes, mutateTree } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Seed } from "./seeds.ts";

/** A case and the seed that it grew from. */
export interface SeedCase extends FuzzCase {
  seed: Seed;
}

const BLANK_LINE = /(?<=\r?\n\r?\n)/;
const STATUSES = [
  "200",
  "200",
  "200",
  "201",
  "204",
  "302",
  "400",
  "401",
  "404",
  "429",
  "500",
  "529",
];

/** The case with this number of the run with this seed. */
export function makeSeedCase(seeds: readonly Seed[], run: number, index: number): SeedCase {
  const random = new Random(run, index);
  const seed = random.pick(seeds);
  const { headers, body } = seed.request;
  const request = sending(
    random,
    damageHead(random, headers),
    body === undefined || random.oneIn(2) ? body : damage(random, body),
  );
  const response = random.oneIn(50) ? "gone" : makeAnswer(random, seed);
  const name = `seed ${run} case ${index} (${seed.name})`;
  return { name, config: 0, request, response, marks: undefined, seed };
}

function makeAnswer(random: Random, { response }: Seed): FuzzMessage {
  if (response === undefined) {
    const head: HeaderList = [[":status", "500"]];
    return sending(random, [...head, ["content-type", "text/plain"]], Buffer.from("no"));
  }
  const { headers, body } = response;
  const head = headers
    .filter(([name]) => name !== "content-length")
    .map(([name, value]): [string, string] =>
      name === ":status" && random.oneIn(15) ? [name, random.pick(STATUSES)] : [name, value],
    );
  if (random.oneIn(60)) return sending(random, head, undefined);
  const sent = random.oneIn(3) ? body : damageAnswer(random, body);
  if (random.oneIn(3)) head.push(["content-length", String(sent.length)]);
  return sending(random, head, sent);
}

function damageHead(random: Random, headers: HeaderList): HeaderList {
  if (!random.oneIn(12)) return [...headers];
  return headers.map(([name, value]) => {
    if (name !== ":path" || random.oneIn(3)) return [name, value];
    const bytes = Buffer.from(mutateBytes(Buffer.from(value), random));
    // A codec lets no other bytes through.
    return [name, bytes.toString("latin1").replace(/[^!-~]/g, "%")];
  });
}

/** Damage to a body of JSON; to its bytes where it is none. */
function damage(random: Random, body: Uint8Array): Uint8Array {
  let node = random.oneIn(8) ? undefined : parse(body);
  if (node === undefined) return mutateBytes(body, random);
  for (let count = 1 + random.int(3); count > 0; count--) node = mutateTree(node, random);
  return Buffer.from(print(node, random.oneIn(2) ? { random, rarity: 10 } : undefined));
}

function damageAnswer(random: Random, body: Buffer): Uint8Array {
  const text = body.toString("utf8");
  return /^(event|data|:|id)/.test(text) ? damageEvents(random, text) : damage(random, body);
}

/** Events moved, doubled, lost, or with damaged data. */
function damageEvents(random: Random, text: string): Uint8Array {
  const events = text.split(BLANK_LINE);
  for (let count = 1 + random.int(3); count > 0; count--) {
    const at = random.int(events.length);
    const event = events[at] ?? "";
    const kind = random.int(6);
    if (kind === 0) events.splice(at, 1);
    else if (kind === 1) events.splice(random.int(events.length + 1), 0, event);
    else if (kind === 2) events.splice(random.int(events.length), 0, ...events.splice(at, 1));
    else if (kind === 3)
      events[at] = Buffer.from(mutateBytes(Buffer.from(event), random)).toString();
    else events[at] = event.replace(/^data: ?(.*)$/m, (_, data: string) => dataLine(random, data));
  }
  return Buffer.from(events.join(""));
}

function dataLine(random: Random, data: string): string {
  return `data: ${Buffer.from(damage(random, Buffer.from(data)))
    .toString()
    .replace(/\r?\n/g, " ")}`;
}

/** Levels that trees are made of; more would exhaust this program's own stack. */
const MOST_LEVELS = 1000;

/** Undefined for what is no JSON, or nested too deeply. */
function parse(body: Uint8Array): Node | undefined {
  const text = Buffer.from(body).toString("utf8");
  if ((text.match(/[[{]/g) ?? []).length > MOST_LEVELS) return undefined;
  try {
    return tree(JSON.parse(text) as Plain);
  } catch {
    return undefined;
  }
}

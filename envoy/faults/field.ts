// Two upstreams, an Envoy with all lanes, and rows that run against it.

import { Client } from "../harness/client.ts";
import { headerOf, type Exchange } from "../upstream/exchange.ts";
import { Upstream } from "../upstream/server.ts";
import { serve, serveAtOnce } from "./acts.ts";
import { askAll, Call, type ClientAct, type Plan, type Shape, type Tenant } from "./call.ts";
import { Meeting } from "./meeting.ts";
import { poll } from "./poll.ts";
import type { Row } from "./row.ts";
import { PIECES, SURFACES, type Surface } from "./surfaces.ts";
import { World, type Kind } from "./world.ts";

/** How many calls of a row meet the fault, and how many do not. Every surface, shape and protocol is among twelve. */
export interface Load {
  faulty: number;
  healthy: number;
}

/** What CI runs. */
export const SHORT: Load = { faulty: 12, healthy: 16 };

/** Characters of what was seen instead, in a complaint. */
const SHOWN = 300;
const TENANTS: readonly Tenant[] = ["own", "a", "b"];
/** HTTP/2 connections, so that more than one worker has some. */
const SESSIONS = 4;

/** Everything running. Made by start(); the owner calls stop(). */
export class Field {
  readonly #calls = new Map<string, Call>();
  #serial = 0;

  private constructor(
    readonly upstreams: readonly Upstream[],
    readonly world: World,
    readonly version: string,
  ) {}

  /** Starts all of it. */
  static async start(kind: Kind, version: string, workers: number): Promise<Field> {
    const calls: { serve?: (exchange: Exchange) => Promise<void> } = {};
    const otherwise = async (exchange: Exchange): Promise<void> => calls.serve?.(exchange);
    const h1 = await Upstream.start({ otherwise });
    const h2 = await Upstream.start({ otherwise, protocol: "h2" });
    const ports = { h1: h1.port, h2: h2.port };
    const world = await World.start(kind, { version, workers }, ports);
    const field = new Field([h1, h2], world, version);
    calls.serve = (exchange) => field.#serve(exchange);
    return field;
  }

  /** Runs a row; gives what was not as it should be, one line each. */
  async run(row: Row, { faulty, healthy }: Load): Promise<string[]> {
    const meeting = new Meeting(faulty + healthy, faulty);
    const { lane = "plain", act = serve, client = askAll } = row;
    const plan = { lane, act, meeting, world: this.world, pieces: row.pieces ?? PIECES };
    const usual = {
      ...plan,
      lane: row.isShared === true ? lane : "plain",
      act: serve,
      pieces: PIECES,
    };
    const met = this.#make(faulty, plan, row);
    const others = this.#make(healthy, usual);
    const clients = this.#clients();
    try {
      await Promise.all([
        ...met.map(runWith(client, clients)),
        ...others.map(runWith(askAll, clients)),
      ]);
      await this.world.calm();
      const following = await this.#follow({ ...usual, lane, act: serveAtOnce });
      await this.#quiet();
      const problems = [
        ...met.flatMap((call) => this.#judge(call, expectationOf(row, call.shape))),
        ...[...others, ...following].flatMap((call) => this.#judge(call, "served")),
        ...this.#logged(),
      ];
      return problems.map((problem) => `${row.name}: ${problem}`);
    } finally {
      await this.world.calm();
      for (const client of clients.flat()) client.close();
      this.#calls.clear();
      for (const upstream of this.upstreams) upstream.reset();
    }
  }

  /** Everything that Envoy tells about itself: no credential may be in it. */
  async told(): Promise<string> {
    const pages = ["/config_dump", "/stats", "/clusters"].map((page) =>
      this.world.envoy.admin(page),
    );
    return [...(await Promise.all(pages)), ...this.world.lines].join("\n");
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    await this.world.stop();
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }

  #make(count: number, plan: Plan, { tenant, only }: Partial<Row> = {}): Call[] {
    return Array.from({ length: count }, (_, index) => {
      this.#serial += 1;
      const mark = `m${this.#serial}x${((this.#serial * 2_654_435_761) >>> 0).toString(36)}`;
      const shape: Shape = {
        surface: SURFACES[index % SURFACES.length] as Surface,
        isStream: Math.floor(index / 3) % 2 === 0,
        protocol: Math.floor(index / 6) % 2 === 0 ? "h1" : "h2",
        tenant: tenant ?? (TENANTS[(index + Math.floor(index / 3)) % TENANTS.length] as Tenant),
        ...only,
      };
      const call = new Call(mark, shape, plan);
      this.#calls.set(mark, call);
      return call;
    });
  }

  #clients(): Client[][] {
    const { port } = this.world.envoy;
    const sessions = Array.from({ length: SESSIONS }, () => new Client(port, "h2"));
    return [[new Client(port, "h1")], sessions];
  }

  /** Calls of each surface on new connections, when all is over; again until the newest configuration serves them. */
  async #follow(plan: Plan): Promise<Call[]> {
    let calls: Call[] = [];
    const ask = async (): Promise<boolean> => {
      const clients = this.#clients();
      calls = this.#make(SURFACES.length, plan);
      await Promise.all(calls.map(runWith(askAll, clients)));
      for (const client of clients.flat()) client.close();
      return calls.every(({ generation }) => generation === this.world.generation);
    };
    await poll(ask, "the newest configuration");
    return calls;
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { headers } = exchange.received;
    const call = this.#calls.get(headerOf(headers, "x-mark") ?? "");
    if (call === undefined) throw new Error("a request of no call came upstream");
    await exchange.body();
    call.inspect(exchange);
    await call.plan.act(exchange, call, call.attempts);
  }

  /** Waits until Envoy has let go of every request. */
  #quiet(): Promise<void> {
    const look = async (): Promise<boolean> => {
      const text = await this.world.envoy.admin("/stats?filter=(down|up)stream_rq_active$");
      const rows = text.split("\n").filter((line) => !line.startsWith("http.admin."));
      return rows.every((line) => line === "" || line.endsWith(": 0"));
    };
    return poll(look, "the end of all requests in Envoy");
  }

  #judge(call: Call, expected: string): string[] {
    const { surface, isStream, protocol, tenant } = call.shape;
    const who = `${surface.name} ${isStream ? "stream" : "whole"} ${protocol} ${tenant}`;
    const problem = call.problem();
    const seen = call.seen();
    // Envoy 1.36 resets with NO_ERROR, which Node takes for an end.
    const isShort = seen === "ends short" || seen === "passed on";
    const isLenient =
      expected === "cut off" && protocol === "h2" && this.version.startsWith("1.36.");
    const isRight = seen === expected || (isLenient && isShort);
    return [
      ...(isRight ? [] : [`${who}: expected "${expected}", saw "${seen.slice(0, SHOWN)}"`]),
      ...(problem === undefined ? [] : [`${who}: ${problem}`]),
    ];
  }

  #logged(): string[] {
    const bad = /\[critical\]|RuntimeError|failed: |sk-client-|canary-/;
    return this.world.freshLines().filter((line) => bad.test(line));
  }
}

function runWith(
  act: ClientAct,
  clients: Client[][],
): (call: Call, index: number) => Promise<void> {
  return (call, index) => act(call, clientOf(clients, call, index));
}

function clientOf([h1 = [], h2 = []]: Client[][], { shape }: Call, index: number): Client {
  const group = shape.protocol === "h1" ? h1 : h2;
  return group[index % group.length] as Client;
}

function expectationOf({ sees }: Row, { surface, isStream }: Shape): string {
  const expected = sees[surface.name];
  if (typeof expected === "string") return expected;
  return isStream ? expected.stream : expected.whole;
}

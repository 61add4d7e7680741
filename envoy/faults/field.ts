// Two upstreams, an Envoy with all lanes, and rows that run against it.

import { Client } from "../harness/client.ts";
import { Envoy } from "../harness/envoy.ts";
import { WASM } from "../harness/rig.ts";
import { headerOf, type Exchange } from "../upstream/exchange.ts";
import { Upstream } from "../upstream/server.ts";
import { serve, serveAtOnce } from "./acts.ts";
import { askAll, Call, KEYS, poll, type Act, type Shape, type Tenant } from "./call.ts";
import { addLanes, ENVIRONMENT, FILTER } from "./lanes.ts";
import { Meeting } from "./meeting.ts";
import type { Row } from "./rows.ts";
import { SURFACES, type Surface } from "./surfaces.ts";

/** How many calls of a row meet the fault, and how many do not. Every surface, shape and protocol is among twelve. */
export interface Load {
  faulty: number;
  healthy: number;
}

/** What CI runs. */
export const SHORT: Load = { faulty: 12, healthy: 16 };

const TENANTS: readonly Tenant[] = ["own", "a", "b"];
/** HTTP/2 connections, so that more than one worker has some. */
const SESSIONS = 4;

/** Everything running. Made by start(); the owner calls stop(). */
export class Field {
  readonly #calls = new Map<string, Call>();
  #serial = 0;
  #seenLines = 0;

  private constructor(
    readonly upstreams: readonly Upstream[],
    readonly envoy: Envoy,
    readonly version: string,
  ) {}

  /** Starts all of it. */
  static async start(version: string, workers: number): Promise<Field> {
    const calls: { serve?: (exchange: Exchange) => Promise<void> } = {};
    const otherwise = async (exchange: Exchange): Promise<void> => calls.serve?.(exchange);
    const h1 = await Upstream.start({ otherwise });
    const h2 = await Upstream.start({ otherwise, protocol: "h2" });
    const envoy = await Envoy.start({
      version,
      wasm: WASM,
      workers,
      upstream: { port: h1.port },
      filter: FILTER,
      env: KEYS,
      environment: ENVIRONMENT,
      edit: (parts) => addLanes(parts, h2.port),
    });
    const field = new Field([h1, h2], envoy, version);
    calls.serve = (exchange) => field.#serve(exchange);
    return field;
  }

  /** Runs a row; gives what was not as it should be, one line each. */
  async run(row: Row, { faulty, healthy }: Load): Promise<string[]> {
    const meeting = new Meeting(faulty + healthy, faulty);
    const lane = row.isShared === true ? row.lane : undefined;
    const make = (count: number, act: Act, more: Partial<Row>): Call[] =>
      Array.from({ length: count }, (_, index) => this.#call(index, act, meeting, more));
    const met = make(faulty, row.act ?? serve, row);
    const others = make(healthy, serve, lane === undefined ? {} : { lane });
    const clients = this.#clients();
    try {
      const act = row.client ?? askAll;
      await Promise.all([
        ...met.map((call, index) => act(call, clientOf(clients, call, index))),
        ...others.map((call, index) => askAll(call, clientOf(clients, call, index))),
      ]);
      const following = await this.#follow(row, clients);
      await this.#quiet();
      const problems = [
        ...met.flatMap((call) => this.#judge(call, expectationOf(row, call.shape))),
        ...[...others, ...following].flatMap((call) => this.#judge(call, "served")),
        ...this.#logged(),
      ];
      return problems.map((problem) => `${row.name}: ${problem}`);
    } finally {
      for (const client of clients.flat()) client.close();
      this.#calls.clear();
      for (const upstream of this.upstreams) upstream.reset();
    }
  }

  /** Everything that Envoy tells about itself: no credential may be in it. */
  async told(): Promise<string> {
    const pages = ["/config_dump", "/stats", "/clusters"].map((page) => this.envoy.admin(page));
    return [...(await Promise.all(pages)), ...this.envoy.log.lines].join("\n");
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    await this.envoy.stop();
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }

  #call(index: number, act: Act, meeting: Meeting, row: Partial<Row>): Call {
    this.#serial += 1;
    const mark = `m${this.#serial}x${((this.#serial * 2_654_435_761) >>> 0).toString(36)}`;
    const shape: Shape = {
      surface: SURFACES[index % SURFACES.length] as Surface,
      isStream: Math.floor(index / 3) % 2 === 0,
      protocol: Math.floor(index / 6) % 2 === 0 ? "h1" : "h2",
      tenant: row.tenant ?? (TENANTS[(index + Math.floor(index / 3)) % TENANTS.length] as Tenant),
    };
    const call = new Call(mark, shape, row.lane ?? "plain", meeting, act);
    this.#calls.set(mark, call);
    return call;
  }

  #clients(): Client[][] {
    const sessions = Array.from({ length: SESSIONS }, () => new Client(this.envoy.port, "h2"));
    return [[new Client(this.envoy.port, "h1")], sessions];
  }

  /** A call of each surface on the same lane, when all is over. */
  async #follow({ lane }: Row, clients: Client[][]): Promise<Call[]> {
    const meeting = new Meeting(0, 0);
    const calls = SURFACES.map((_, index) =>
      this.#call(index, serveAtOnce, meeting, lane === undefined ? {} : { lane }),
    );
    await Promise.all(calls.map((call, index) => askAll(call, clientOf(clients, call, index))));
    return calls;
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { headers } = exchange.received;
    const call = this.#calls.get(headerOf(headers, "x-mark") ?? "");
    if (call === undefined) throw new Error("a request of no call came upstream");
    await exchange.body();
    call.inspect(exchange);
    await call.act(exchange, call, call.attempts);
  }

  /** Waits until Envoy has let go of every request. */
  #quiet(): Promise<void> {
    const look = async (): Promise<boolean> => {
      const text = await this.envoy.admin("/stats?filter=(down|up)stream_rq_active$");
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
      ...(isRight ? [] : [`${who}: expected "${expected}", saw "${seen}"`]),
      ...(problem === undefined ? [] : [`${who}: ${problem}`]),
    ];
  }

  #logged(): string[] {
    const bad = /\[critical\]|RuntimeError|failed: |sk-client-|canary-/;
    const fresh = this.envoy.log.lines.slice(this.#seenLines);
    this.#seenLines += fresh.length;
    return fresh.filter((line) => bad.test(line));
  }
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

/** Which of several keys a request gets, and how keys rest. Source: docs/configuration.md, "Keys". */
import { describe, expect, test } from "vitest";
import type { HeaderList } from "../host/index.ts";
import { answer, CHAT_HEADERS, Filter, HELLO, REPLY, toBytes } from "../support/filter.ts";

const CLIENTS = Array.from({ length: 200 }, (_, at) => `client-${at}`);
const KEYS = ["a", "b", "c"].map((name) => ({ name, value: `sk-${name}` }));
const ERROR = { type: "error", error: { type: "rate_limit_error", message: "Slow down" } };

/** A gateway with several keys. */
class Gate {
  readonly #filter: Filter;

  constructor(auth: object = {}) {
    const keyed = { mode: "keys", keys: KEYS, ...auth };
    const config = { version: 1, profile: { provider: { type: "anthropic" }, auth: keyed } };
    this.#filter = Filter.load({ config });
  }

  /** The key that goes up for a client whose answer has a status. */
  send(
    client: string,
    status = 200,
    more: HeaderList = [],
    sent: HeaderList = [],
    properties: Record<string, string> = {},
  ): string {
    const headers: HeaderList = CHAT_HEADERS.map(([name, value]) =>
      name === "authorization" ? [name, `Bearer ${client}`] : [name, value],
    );
    const { upstream } = this.#filter.exchange({
      properties,
      request: { headers: [...headers, ...sent], body: toBytes(HELLO) },
      response: answer(status === 200 ? REPLY : ERROR, status, more),
    });
    return upstream.header("x-api-key") ?? "none";
  }

  advance(ms: number): void {
    this.#filter.host.advance(ms);
  }
}

describe("by hash", () => {
  test("a client keeps its key, and every key has clients", () => {
    const gate = new Gate();
    const chosen = CLIENTS.map((client) => gate.send(client));
    expect(CLIENTS.map((client) => gate.send(client))).toEqual(chosen);
    expect(new Set(chosen)).toEqual(new Set(["sk-a", "sk-b", "sk-c"]));
  });

  test("the header of hash_on tells clients apart, the credential where it is not sent", () => {
    const gate = new Gate({ hash_on: "x-tenant" });
    const tenant = (name: string): HeaderList => [["x-tenant", name]];
    const first = gate.send("one", 200, [], tenant("t"));
    for (const client of CLIENTS) expect(gate.send(client, 200, [], tenant("t"))).toBe(first);
    const tenants = CLIENTS.map((name) => gate.send("one", 200, [], tenant(name)));
    expect(new Set(tenants).size).toBe(KEYS.length);
    expect(new Set(CLIENTS.map((client) => gate.send(client))).size).toBe(KEYS.length);
    expect(new Set(CLIENTS.map((client) => gate.send(client, 200, [], tenant("")))).size).toBe(3);
  });

  test("a key that rests moves its own clients only", () => {
    const gate = new Gate();
    const before = CLIENTS.map((client) => gate.send(client));
    expect(gate.send(CLIENTS[0] ?? "", 429)).toBe(before[0]);
    const after = CLIENTS.map((client) => gate.send(client));
    expect(after).not.toContain(before[0]);
    for (const [at, key] of before.entries()) if (key !== before[0]) expect(after[at]).toBe(key);
    gate.advance(30_000);
    expect(CLIENTS.map((client) => gate.send(client))).toEqual(before);
  });
});

describe("a key rests", () => {
  const key = (gate: Gate): string => gate.send("one");

  test.each([
    [429, [], 30_000],
    [529, [], 30_000],
    [401, [], 300_000],
    [403, [], 300_000],
    [429, [["retry-after", "7"]], 7_000],
    [529, [["retry-after", "99999"]], 3_600_000],
    [429, [["retry-after", "soon"]], 30_000],
    [401, [["retry-after", "7"]], 300_000],
  ] as [number, HeaderList, number][])("after %i %j for %i ms", (status, headers, ms) => {
    const gate = new Gate({ select: "first" });
    expect(gate.send("one", status, headers)).toBe("sk-a");
    expect(key(gate)).toBe("sk-b");
    gate.advance(ms - 1);
    expect(key(gate)).toBe("sk-b");
    gate.advance(1);
    expect(key(gate)).toBe("sk-a");
  });

  test.each([400, 404, 500, 503])("not after %i", (status) => {
    const gate = new Gate({ select: "first" });
    gate.send("one", status);
    expect(key(gate)).toBe("sk-a");
  });

  test("not after an answer of Envoy's own", () => {
    const gate = new Gate({ select: "first" });
    const details = (text: string) => ({ "response.code_details": text });
    gate.send("one", 429, [], [], details("request_rate_limited"));
    expect(key(gate)).toBe("sk-a");
    gate.send("one", 429, [], [], details("via_upstream"));
    expect(key(gate)).toBe("sk-b");
  });

  test("after one of which Envoy does not say whose it is", () => {
    const gate = new Gate({ select: "first" });
    gate.send("one", 429, [], [], { "response.code_details": "" });
    expect(key(gate)).toBe("sk-b");
  });

  test("as long as cooldown_ms says, and never when that is 0", () => {
    const short = new Gate({ select: "first", cooldown_ms: 10 });
    short.send("one", 429);
    short.advance(9);
    expect(key(short)).toBe("sk-b");
    short.advance(1);
    expect(key(short)).toBe("sk-a");
    const never = new Gate({ select: "first", cooldown_ms: 0 });
    never.send("one", 429, [["retry-after", "7"]]);
    expect(key(never)).toBe("sk-a");
  });

  test("and when all rest, the one that rests least is asked", () => {
    for (const select of ["first", "weighted_hash"]) {
      const gate = new Gate({ select, keys: KEYS.slice(0, 2) });
      const own = gate.send("one", 429, [["retry-after", "9"]]);
      const other = gate.send("one", 429, [["retry-after", "20"]]);
      expect(other).not.toBe(own);
      expect(gate.send("one"), select).toBe(own);
    }
  });

  test("keys for models: a model without another key keeps its own", () => {
    const keys = [
      { ...KEYS[0], models: ["claude-*"] },
      { ...KEYS[1], models: ["other-*"] },
    ];
    const gate = new Gate({ keys, select: "first" });
    expect(gate.send("one", 429)).toBe("sk-a");
    expect(key(gate)).toBe("sk-a");
  });
});

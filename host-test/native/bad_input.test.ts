/**
 * Native requests that are broken, odd or hostile, at providers that splice nothing and at those that splice most. What is no JSON never goes
 * upstream; what is goes with exactly the members changed that the provider wants changed.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExchangeResult } from "../host/index.ts";
import {
  answer,
  Filter,
  NATIVE_HEADERS,
  nativeRequest,
  REPLY,
  withProfile,
} from "../support/filter.ts";

const filterOf = (provider: object, more: Record<string, unknown> = {}): Filter =>
  Filter.load({ config: withProfile({ provider, ...more }) });
const FILTERS: [string, Filter][] = [
  ["anthropic", filterOf({ type: "anthropic" })],
  ["vertex", filterOf({ type: "vertex", project: "p", region: "global" })],
  ["bedrock", filterOf({ type: "bedrock", region: "us-east-1" })],
];
const COUNT = NATIVE_HEADERS.map(([name, value]): [string, string] =>
  name === ":path" ? [name, "/v1/messages/count_tokens"] : [name, value],
);
const BODY =
  '{ "model":"claude-sonnet-4-5" ,"max_tokens":5,"stream":true,\n"messages":[{"role":"user","content":[{"type":"text","text":"\\u00e9\\"x"}]}],"tools":[{"name":"t","input_schema":{"type":"object"}}],"temperature":1.0}';

function send(filter: Filter, body: unknown, counts = false): ExchangeResult {
  const request = counts
    ? { headers: COUNT, body: nativeRequest(body).body ?? "" }
    : nativeRequest(body);
  return filter.exchange({ request, response: answer(counts ? { inputTokens: 1 } : REPLY) });
}

describe.each(FILTERS)("%s", (_, filter) => {
  test("cut off at every byte: 400, and nothing goes upstream", () => {
    const whole = Buffer.from(BODY);
    for (let length = 1; length < whole.length; length++) {
      for (const counts of [false, true]) {
        const { client, upstream } = send(filter, whole.subarray(0, length), counts);
        expect(client.status, `${length} bytes`).toBe(400);
        expect(client.json()).toMatchObject({ error: { type: "invalid_request_error" } });
        expect(upstream.headers).toBeUndefined();
      }
    }
  });

  test("every byte replaced: refused, or sent as what it says", () => {
    const whole = Buffer.from(BODY);
    for (let at = 0; at < whole.length; at++) {
      for (const byte of [0, 0x22, 0x5c, 0x7b, 0x5d, 0x2c, 0x80, 0xff]) {
        const body = Buffer.from(whole);
        body[at] = byte;
        const { client, upstream } = send(filter, body);
        expect([200, 400]).toContain(client.status);
        if (client.status === 200) expect(() => upstream.json()).not.toThrow();
        else expect(upstream.headers).toBeUndefined();
      }
    }
  });

  test.each([
    ["an overlong form", [0xc0, 0xaf]],
    ["a lone continuation", [0x80]],
    ["half a sequence", [0xe2, 0x82]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["above the last code point", [0xf5, 0x80, 0x80, 0x80]],
  ])("%s inside a string stays what it is", (_name, bytes) => {
    const [front, behind] = BODY.split("\\u00e9");
    const odd = Buffer.concat([
      Buffer.from(`${front}`),
      Buffer.from(bytes),
      Buffer.from(`${behind}`),
    ]);
    const { client, upstream } = send(filter, odd);
    expect(client.status).toBe(200);
    expect(
      Buffer.from(upstream.body()).includes(
        Buffer.concat([Buffer.from('"text":"'), Buffer.from(bytes)]),
      ),
    ).toBe(true);
  });

  test("nesting up to the limit, and one level more", () => {
    const deep = (levels: number): string =>
      `{"model":"m","max_tokens":1,"messages":[],"x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    const most = 128;
    expect(send(filter, deep(most - 1)).client.status).toBe(200);
    expect(send(filter, deep(most)).client.status).toBe(400);
    expect(send(filter, deep(100_000)).client.status).toBe(400);
  });

  test.each([
    ["no JSON in front", " x{}"],
    ["two documents", `${BODY}{}`],
    ["a trailing comma", `${BODY.slice(0, -1)},}`],
    ["a comment", `/**/${BODY}`],
    ["a byte order mark", `\ufeff${BODY}`],
    ["single quotes", BODY.replaceAll('"', "'")],
    ["a number that is none", BODY.replace("1.0", "01")],
    ["a raw line break in a string", BODY.replace("\\u00e9", "\n")],
    ["a raw NUL", BODY.replace("\\u00e9", "\u0000")],
    ["a gzip body that says nothing of it", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
  ])("%s: 400", (_name, body) => {
    const { client, upstream } = send(filter, body);
    expect(client.status).toBe(400);
    expect(upstream.headers).toBeUndefined();
  });

  test("names of members that only look like ours are none of ours", () => {
    const odd =
      '{"Model":1,"model ":2,"max_tokens":1,"messages":[],"":3,"__proto__":4,"mo\\u0064el":"m","stre\\u0061m":false}';
    const { upstream } = send(filter, odd);
    const sent = upstream.json() as Record<string, unknown>;
    expect(upstream.text()).toContain(
      '"Model":1,"model ":2,"max_tokens":1,"messages":[],"":3,"__proto__":4',
    );
    expect(Object.keys(sent)).toContain("Model");
  });
});

/** What Bedrock has elsewhere, or lacks. */
const GONE = ["model", "stream", "service_tier"];

/** What a body means at Bedrock: the last of each name counts, what it has elsewhere is gone, the version is there. */
function meant(body: object): object {
  const kept = Object.entries(body).filter(([name]) => !GONE.includes(name));
  return Object.fromEntries([["anthropic_version", "bedrock-2023-05-31"], ...kept]) as object;
}

test("any body keeps its meaning, whatever its spacing, order and repetitions", () => {
  const bedrock = FILTERS[2]?.[1];
  if (bedrock === undefined) throw new Error("no filter");
  const name = fc.oneof(
    fc.constantFrom("model", "stream", "system", "anthropic_version", "x", "tools", "service_tier"),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  const valueOf = (key: string) => {
    if (key === "model" || key === "anthropic_version") return fc.constantFrom("m", "claude-x");
    if (key === "stream") return fc.boolean();
    if (key === "tools") return fc.constant([]);
    return fc.jsonValue({ maxDepth: 2 });
  };
  const member = name.chain((key) => valueOf(key).map((value): [string, unknown] => [key, value]));
  const space = fc.constantFrom("", " ", "\n\t", "  \r");
  const bodies = fc.tuple(
    fc.array(fc.tuple(space, member, space, space), { maxLength: 12 }),
    fc.nat(12),
    space,
  );
  fc.assert(
    fc.property(bodies, ([members, place, tail]) => {
      const written = members.map(([a, [key, value], b, c]) => {
        const escaped = key === "stream" ? '"str\\u0065am"' : JSON.stringify(key);
        return `${a}${escaped}${b}:${c}${JSON.stringify(value)}`;
      });
      const needed = `"model":"m","messages":[],"max_tokens":1`;
      written.splice(Math.min(place, written.length), 0, needed);
      const body = `{${written.join(",")}${tail}}${tail}`;
      const { client, upstream } = send(bedrock, body);
      expect(client.status, client.text()).toBe(200);
      expect(upstream.json()).toEqual(meant(JSON.parse(body) as object));
    }),
    { numRuns: 600 },
  );
});

test("a large body goes as it is; one above the limit does not go", () => {
  const filter = filterOf({ type: "anthropic" }, { limits: { max_request_bytes: 4 << 20 } });
  const of = (length: number): string => {
    const [front, behind] = BODY.split("\\u00e9");
    return `${front}${"x".repeat(length - BODY.length + 6)}${behind}`;
  };
  const most = send(filter, of(4 << 20));
  expect(most.client.status).toBe(200);
  expect(most.upstream.text() === of(4 << 20)).toBe(true);
  const more = send(filter, of((4 << 20) + 1));
  expect(more.client.status).toBe(413);
  expect(more.upstream.headers).toBeUndefined();
});

/** Names of tools: legal and different upstream, the client's own again in answers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answer, Filter, HELLO, REPLY, withProfile } from "../../support/filter.ts";

const SEED = 20260801;
const LEGAL = /^[a-zA-Z0-9_-]{1,128}$/;
const filter = Filter.load();

interface Sent {
  tools: { name: string }[];
  messages: { content: { name: string }[] }[];
  tool_choice?: { name: string };
}
interface Received {
  choices: { message: { tool_calls: { function: { name: string } }[] } }[];
}

const tool = (name: string): object => ({ type: "function", function: { name } });
const call = (name: string, id: string): object => ({
  id,
  type: "function",
  function: { name, arguments: "{}" },
});

const NAME = fc.oneof(
  fc.constantFrom(
    "a.b",
    "a_b",
    "a b",
    "a_b_2",
    "a_b_3",
    "é",
    "_",
    "__",
    "\u{1F600}",
    "\ud83d",
    "a\nb",
    "a/b",
    "web_search",
  ),
  fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/),
  fc.string({ minLength: 1, maxLength: 6, unit: "grapheme" }),
  fc
    .tuple(fc.constantFrom("n", ".", "é"), fc.integer({ min: 120, max: 140 }))
    .map(([c, n]) => c.repeat(n)),
);
const NAMES = fc.uniqueArray(NAME, { minLength: 1, maxLength: 12 });

function sent(names: string[]): Sent {
  const messages = [
    { role: "user", content: "Hello" },
    { role: "assistant", content: null, tool_calls: names.map((name, i) => call(name, `c${i}`)) },
    ...names.map((_, i) => ({ role: "tool", tool_call_id: `c${i}`, content: "x" })),
  ];
  const tool_choice = tool(names.at(-1) ?? "");
  const { upstream } = filter.chat({ ...HELLO, messages, tools: names.map(tool), tool_choice });
  return JSON.parse(upstream.text()) as Sent;
}

describe("names of declared tools", () => {
  test("are legal and different upstream, the same in tools, history and choice", () => {
    fc.assert(
      fc.property(NAMES, (names) => {
        const { tools, messages, tool_choice } = sent(names);
        const wire = tools.map(({ name }) => name);
        for (const name of wire) expect(name).toMatch(LEGAL);
        expect(new Set(wire).size).toBe(names.length);
        names.forEach((name, i) => {
          if (LEGAL.test(name)) expect(wire[i]).toBe(name);
        });
        expect(messages[1]?.content.map(({ name }) => name)).toEqual(wire);
        expect(tool_choice?.name).toBe(wire.at(-1));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test("come back as the client wrote them", () => {
    fc.assert(
      fc.property(NAMES, (names) => {
        const content = sent(names).tools.map(({ name }, i) => ({
          type: "tool_use",
          id: `t${i}`,
          name,
          input: {},
        }));
        const reply = answer({ ...REPLY, stop_reason: "tool_use", content });
        const { client } = filter.chat({ ...HELLO, tools: names.map(tool) }, reply);
        const { choices } = JSON.parse(client.text()) as Received;
        expect(choices[0]?.message.tool_calls.map((made) => made.function.name)).toEqual(names);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe("bounds", () => {
  const custom = (name: string): object => ({ type: "custom", custom: { name } });
  /** What a stream keeps of a custom tool beside its name's token. */
  const RECORD = 25;
  const CAP = 65536;

  test("as much as a stream keeps of names is served, one byte more is refused", () => {
    const full = RECORD + 128 + 2;
    const count = Math.floor(CAP / full);
    const names = Array.from({ length: count }, (_, i) => String(i).padEnd(128, "n"));
    const rest = CAP - count * full - RECORD - 2;
    const run = (length: number): string =>
      filter.chat({ ...HELLO, tools: [...names, "r".repeat(length)].map(custom) }).client.text();
    expect(JSON.parse(run(rest))).toHaveProperty("choices");
    expect(JSON.parse(run(rest + 1))).toMatchObject({
      error: { param: "tools", code: "invalid_value" },
    });
  });

  test("many tools that all become the same name stay cheap and different", () => {
    const many = Filter.load({ config: withProfile({ limits: { max_tools: 10000 } }) });
    const names = Array.from({ length: 900 }, (_, i) => String.fromCharCode(0x4e00 + i));
    const { upstream } = many.chat({ ...HELLO, tools: names.map(tool) });
    const { tools } = JSON.parse(upstream.text()) as Sent;
    expect(new Set(tools.map(({ name }) => name)).size).toBe(900);
    expect(tools.at(-1)?.name).toBe("__900");
  });
});

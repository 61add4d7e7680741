// Betas of native requests: what the body asks for, lists inside of bodies, and bytes that must not change.
import { describe, expect, test } from "vitest";
import { answer, CONFIG, Filter, nativeRequest, REPLY, toBytes } from "../../support/filter.ts";
import { ask, PROVIDERS } from "./policy.ts";

const STRICT = { tools: [{ name: "f", input_schema: { type: "object" }, strict: true }] };
const native = true;

/** The bytes of a body as they went up. */
function sent(provider: string, text: string, headers: [string, string][] = []): string {
  const config = { ...CONFIG, profile: { ...CONFIG.profile, provider: PROVIDERS[provider] } };
  const request = nativeRequest(toBytes(text));
  const { upstream } = Filter.load({ config }).exchange({
    request: { ...request, headers: [...request.headers, ...headers] },
    response: answer(REPLY),
  });
  return upstream.text();
}

describe("native bodies", () => {
  const spaced =
    '{ "model" : "claude-sonnet-4-5" , "max_tokens":1e2,"messages":[ {"role":"user","content":"a"}],"thinking":{"type":"enabled","budget_tokens":2000} }\n';

  test("a token that goes into the header changes no byte of the body", () => {
    expect(sent("anthropic", spaced)).toBe(spaced);
    expect(ask({ native, body: JSON.parse(spaced) as object }).tokens).toEqual([
      "interleaved-thinking-2025-05-14",
    ]);
  });

  test("Bedrock's list goes behind the last member, whatever follows the body", () => {
    const body = JSON.parse(sent("bedrock", spaced)) as { anthropic_beta: string[] };
    expect(body.anthropic_beta).toEqual(["interleaved-thinking-2025-05-14"]);
  });

  test.each([
    ["betas", ["context-1m-2025-08-07"]],
    ["anthropic_beta", ["context-1m-2025-08-07"]],
    ["anthropic_beta", "context-1m-2025-08-07, context-1m-2025-08-07"],
  ])("%s of the body, %j, goes where the upstream reads tokens", (member, list) => {
    for (const provider of ["anthropic", "bedrock", "vertex"]) {
      const seen = ask({ native, provider, body: { [member]: list } });
      expect(seen.tokens, provider).toEqual(["context-1m-2025-08-07"]);
      expect(seen.lists.length, provider).toBe(provider === "bedrock" ? 0 : 1);
      expect(seen.sent).not.toHaveProperty("betas");
    }
  });

  test("with beta.client: ignore the body's lists go too", () => {
    const beta = { client: "ignore" };
    const seen = ask({ native, beta, headers: ["a"], body: { betas: ["b"] } });
    expect(seen.tokens).toEqual([]);
    expect(seen.sent).not.toHaveProperty("betas");
  });

  test("what needs a dropped token goes, all other bytes stay", () => {
    const rest = '"max_tokens": 5, "messages":[{"role":"user","content":"\\u0061"}]';
    const tools = '"tools":[{"name":"f", "strict" : true,"input_schema":{ } }]';
    const body = `{"model":"claude-sonnet-4-5",${tools},${rest}}`;
    const left = `"tools":[{"name":"f","input_schema":{ } }],${rest}`;
    expect(sent("vertex", body)).toContain(left);
    expect(sent("anthropic", body)).toBe(body);
  });

  test("client's version wins, also in native requests", () => {
    const seen = ask({
      native,
      headers: ["mcp-client-2025-04-04"],
      body: { mcp_servers: [{ type: "url", name: "a", url: "https://a" }] },
    });
    expect(seen.tokens).toEqual(["mcp-client-2025-04-04"]);
    expect(seen.told).toBeUndefined();
  });

  test("counting asks for the same tokens", () => {
    const seen = ask({
      native,
      counts: true,
      body: STRICT,
      headers: ["token-counting-2024-11-01"],
    });
    expect(seen.tokens).toEqual(["token-counting-2024-11-01", "structured-outputs-2025-11-13"]);
    expect(seen.told).toBe("+structured-outputs-2025-11-13");
  });

  test("without anything to ask for nothing is sent, told or counted", () => {
    const seen = ask({ native });
    expect([seen.tokens, seen.told, seen.counters]).toEqual([[], undefined, {}]);
  });
});

// Rules that ask who the client is: each client has its own way, and who is not known has none of them.
import { describe, expect, test } from "vitest";
import type { HeaderList } from "../host/index.ts";
import { type Ask, ask, ending, QUESTION, type Seen, TAKING } from "./support.ts";

/** FNV-1a, 64 bits, in hexadecimal digits. */
function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}

const SURFACES = ["chat", "native", "responses", "completions"] as const;
const rules = [
  { match: { clients: ["outliner"] }, mode: "strip" },
  { match: { clients: ["etl-*"], kinds: ["json"] }, mode: "reject" },
];
const observability = { client_id: { headers: ["x-client-id", "x-team"] } };
const by = (client: string, more: Ask = {}, header = "x-client-id"): Seen => {
  const headers: HeaderList = client === "" ? [] : [[header, client]];
  return ask({ headers, prefill: { rules }, settings: { observability }, ...more });
};

describe.each(SURFACES)("%s", (surface) => {
  test("the rule of the client replaces the mode", () => {
    const seen = by("outliner", { surface });
    expect([seen.word, seen.sent?.messages]).toEqual(["stripped", [QUESTION]]);
    expect(seen.counted).toEqual({ "strip/text/anthropic": 1 });
    expect(by("other", { surface }).word).toBe("passthrough");
    expect(by("", { surface }).word).toBe("passthrough");
  });
});

describe("who the client is", () => {
  test("all that a rule asks must hold", () => {
    expect(by("etl-7", { messages: ending("{") }).status).toBe(400);
    expect(by("etl-7").word).toBe("passthrough");
    expect(by("etl", { messages: ending("{") }).word).toBe("passthrough");
  });

  test("the first header that is there says it", () => {
    expect(by("outliner", {}, "x-team").word).toBe("stripped");
    const headers: HeaderList = [
      ["x-client-id", "a"],
      ["x-team", "outliner"],
    ];
    expect(by("", { headers }).word).toBe("passthrough");
  });

  test("who is not known is on no list", () => {
    const prefill = { rules: [{ match: { clients: ["*"] }, mode: "strip" }] };
    expect(by("", { prefill }).word).toBe("passthrough");
    expect(by("x", { prefill }).word).toBe("stripped");
  });

  test("with hash, rules name the hash", () => {
    const settings = { observability: { client_id: { headers: ["x-client-id"], hash: true } } };
    expect(by("outliner", { settings }).word).toBe("passthrough");
    const prefill = { rules: [{ match: { clients: [fnv1a64("outliner")] }, mode: "strip" }] };
    expect(by("outliner", { settings, prefill }).word).toBe("stripped");
  });

  test("one client's requests take the other lane", () => {
    const profile = { provider: { type: "anthropic" }, auth: { mode: "client" } };
    const route = { match: { clients: ["outliner"] }, mode: "route", route: { profile: "direct" } };
    const config = {
      version: 1,
      profiles: {
        main: { ...profile, observability, prefill: { mode: "strip", rules: [route] } },
        direct: { ...profile, models: { aliases: { "*": TAKING } } },
      },
      default_profile: "main",
    };
    const outliner = by("outliner", { config });
    expect([outliner.word, outliner.header("x-bridge-model")]).toEqual(["routed", TAKING]);
    expect(by("other", { config }).word).toBe("stripped");
  });
});

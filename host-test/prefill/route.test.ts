// mode: route. A turn that one profile's model refuses goes to another profile; with what it cannot go, its fallback is done.
import { describe, expect, test } from "vitest";
import { exchange } from "../host/index.ts";
import { open } from "../lifecycle/support.ts";
import { answer, CHAT_HEADERS, NATIVE_HEADERS, REPLY, toBytes } from "../support/filter.ts";
import { type Ask, ask, ending, PREFILL, QUESTION, type Seen, TAKING } from "./support.ts";

const keyed = (value: string) => ({ mode: "keys", keys: [{ name: "k", value }] });

/** Two lanes: Databricks for all, Anthropic for what ends in an assistant turn. */
const lanes = (
  prefill: object = {},
  direct: object = { aliases: { "claude-opus-*": TAKING } },
): object => ({
  version: 1,
  profiles: {
    fmapi: {
      provider: { type: "databricks" },
      auth: keyed("key-fmapi"),
      lane: "fmapi",
      models: { template: "databricks-{model}" },
      prefill: { mode: "route", route: { profile: "direct" }, ...prefill },
    },
    direct: {
      provider: { type: "anthropic" },
      auth: keyed("key-direct"),
      lane: "native",
      models: direct,
    },
  },
  default_profile: "fmapi",
});
const go = (more: Ask = {}, prefill: object = {}): Seen => ask({ config: lanes(prefill), ...more });

/** Where a request went: path, lane, credential. */
const way = (seen: Seen) => [
  seen.upstreamHeader(":path"),
  seen.upstreamHeader("x-bridge-lane"),
  seen.upstreamHeader("x-api-key") ?? seen.upstreamHeader("authorization"),
];
const DIRECT = ["/v1/messages", "native", "key-direct"];
const FMAPI = ["/serving-endpoints/anthropic/v1/messages", "fmapi", "Bearer key-fmapi"];

describe.each(["chat", "native", "responses", "completions"] as const)("%s", (surface) => {
  test("a turn at the end takes the other lane, as it is", () => {
    const seen = go({ surface });
    expect(way(seen)).toEqual(DIRECT);
    expect(seen.sent).toMatchObject({ model: TAKING });
    const last = seen.sent?.messages.at(-1);
    expect(last?.role).toBe("assistant");
    // OpenAI clients' white space at the end is what the API refuses.
    const text = surface === "native" ? PREFILL : PREFILL.trimEnd();
    expect(JSON.stringify(last?.content)).toContain(JSON.stringify(text).slice(0, -1));
    expect(seen.counted).toEqual({ "route/text/databricks": 1 });
    expect(seen.word).toBe("routed");
  });

  test("the client is told which model answered", () => {
    const seen = go({ surface, answers: `${TAKING}-20250929` });
    expect(seen.header("x-bridge-model")).toBe(TAKING);
    // An alias hides the upstream's name elsewhere; here another model has answered.
    expect(seen.reply["model"]).toBe(`${TAKING}-20250929`);
  });

  test("what ends with the user stays", () => {
    const seen = go({ surface, messages: [QUESTION] });
    expect(way(seen)).toEqual(FMAPI);
    expect(seen.sent).toMatchObject({ model: "databricks-claude-opus-4-7" });
    expect([seen.word, seen.counted, seen.header("x-bridge-model")]).toEqual([
      undefined,
      {},
      undefined,
    ]);
  });

  test("a lane that the client names has no effect", () => {
    const headers: [string, string][] = [["x-bridge-lane", "native"]];
    expect(way(go({ surface, headers, messages: [QUESTION] }))).toEqual(FMAPI);
    expect(way(go({ surface, headers: [["x-bridge-lane", "fmapi"]] }))).toEqual(DIRECT);
  });

  test.each([
    ["reject", 400, "rejected"],
    ["strip", 200, "stripped"],
    ["reframe", 200, "reframed"],
    ["passthrough", 200, undefined],
  ])("the other model refuses it too: %s", (fallback, status, word) => {
    const config = lanes({ route: { profile: "direct", fallback } }, {});
    const seen = ask({ surface, config });
    expect(seen.status).toBe(status);
    if (status === 200) expect(way(seen)).toEqual(FMAPI);
    else expect(seen.sent).toBeUndefined();
    expect(seen.word).toBe(word ?? "passthrough");
    expect(seen.counted).toEqual({ "route_unsupported/text/databricks": 1 });
  });

  test("in a cluster the way is chosen already: the fallback is done", () => {
    const properties = { "upstream.address": "127.0.0.1:1" };
    const seen = go({ surface, properties }, { route: { profile: "direct", fallback: "strip" } });
    expect(way(seen)).toEqual(FMAPI);
    expect(seen.sent?.messages).toEqual([QUESTION]);
    expect(seen.counted).toEqual({ "strip/text/databricks": 1 });
  });
});

describe("what a route asks", () => {
  test("a rule may route, with the profile's route or its own", () => {
    const match = { kinds: ["json"] };
    for (const rule of [
      { match, mode: "route" },
      { match, mode: "route", route: { profile: "direct" } },
    ]) {
      const prefill = { mode: "strip", rules: [rule] };
      expect(way(go({ messages: ending("{") }, prefill))).toEqual(DIRECT);
      expect(way(go({ messages: ending("x") }, prefill))).toEqual(FMAPI);
    }
  });

  test("a model that takes such turns stays", () => {
    const seen = go({ model: TAKING });
    expect(way(seen)).toEqual(FMAPI);
    expect(seen.word).toBeUndefined();
    expect(way(go({ model: TAKING }, { when: "always" }))).toEqual(DIRECT);
  });

  test("an empty turn is dropped and stays", () => {
    for (const surface of ["chat", "native"] as const) {
      const seen = go({ surface, messages: ending(" ") });
      expect(way(seen)).toEqual(FMAPI);
      expect(seen.sent?.messages).toEqual([QUESTION]);
      expect(seen.counted).toEqual({ "drop_empty/empty/databricks": 1 });
    }
  });

  test("the other profile's list of models is asked, and its table", () => {
    const refusing = lanes();
    Object.assign((refusing as { profiles: { direct: object } }).profiles.direct, {
      prefill: { models: ["claude-sonnet-4-5*"] },
    });
    expect(ask({ config: refusing }).counted).toEqual({ "route_unsupported/text/databricks": 1 });
  });

  test("a model that the other profile does not serve is no way", () => {
    const config = lanes({ route: { profile: "direct", fallback: "strip" } }, { allow: ["x"] });
    const seen = ask({ config });
    expect([seen.status, seen.word, ...way(seen)]).toEqual([200, "stripped", ...FMAPI]);
  });

  test("betas and body are those of the other provider", () => {
    const config = lanes() as { profiles: Record<string, object> };
    config.profiles["direct"] = {
      provider: { type: "bedrock", region: "us-east-1" },
      lane: "native",
      models: { aliases: { "claude-opus-*": `us.anthropic.${TAKING}` } },
    };
    const seen = ask({ config, surface: "native", body: { stream: false } });
    expect(seen.upstreamHeader(":path")).toBe(`/model/us.anthropic.${TAKING}/invoke`);
    expect(seen.sent).toMatchObject({ anthropic_version: "bedrock-2023-05-31" });
    expect(seen.upstreamHeader("authorization")).toBeUndefined();
    expect(seen.upstreamHeader("anthropic-version")).toBeUndefined();
    expect(seen.upstreamHeader("content-length")).toBe(String(seen.bytes.length));
  });

  test("rules that depend on the model come first", () => {
    const config = {
      ...lanes(),
      rules: [{ match: { models: ["claude-haiku-*"] }, profile: "direct" }],
    };
    expect(way(ask({ config, model: "claude-haiku-4-5", messages: [QUESTION] }))).toEqual(DIRECT);
    const seen = ask({ config });
    expect([...way(seen), seen.word]).toEqual([...DIRECT, "routed"]);
  });

  test("keys by model: the key of the other profile serves the model that was asked for", () => {
    const config = lanes() as { profiles: Record<string, object> };
    config.profiles["direct"] = {
      ...config.profiles["direct"],
      auth: {
        mode: "keys",
        keys: [
          { name: "a", value: "key-a", models: ["claude-haiku-*"] },
          { name: "b", value: "key-b", models: ["claude-opus-*"] },
        ],
      },
    };
    expect(ask({ config }).upstreamHeader("x-api-key")).toBe("key-b");
  });

  test("response_headers: none tells nothing", () => {
    const config = lanes() as { profiles: Record<string, object> };
    config.profiles["direct"] = {
      ...config.profiles["direct"],
      observability: { response_headers: "none" },
    };
    const seen = ask({ config });
    expect([seen.word, seen.header("x-bridge-model")]).toEqual([undefined, undefined]);
  });
});

describe("counts of tokens", () => {
  const config = (direct: object) => {
    const both = lanes({ route: { profile: "direct", fallback: "strip" } }) as {
      profiles: Record<string, object>;
    };
    both.profiles["fmapi"] = { ...both.profiles["fmapi"], provider: { type: "anthropic" } };
    both.profiles["direct"] = { ...both.profiles["direct"], ...direct };
    return both;
  };

  test.each(["count", "responsesCount"] as const)("%s goes where the request would", (surface) => {
    const seen = ask({ surface, config: config({}) });
    expect(way(seen)).toEqual(["/v1/messages/count_tokens", "native", "key-direct"]);
    expect(seen.counted).toEqual({ "route/text/anthropic": 1 });
  });

  test.each(["count", "responsesCount"] as const)(
    "%s stays where the other upstream does not count",
    (surface) => {
      const seen = ask({ surface, config: config({ provider: { type: "databricks" } }) });
      expect(way(seen).slice(0, 2)).toEqual(["/v1/messages/count_tokens", "fmapi"]);
      expect(seen.sent?.messages).toEqual([QUESTION]);
      expect(seen.counted).toEqual({ "route_unsupported/text/anthropic": 1 });
    },
  );
});

test("nothing of the first way is left when a request went the other", () => {
  const bench = open(lanes());
  const body = JSON.stringify({ model: "claude-opus-4-7", max_tokens: 9, messages: ending() });
  for (const headers of [CHAT_HEADERS, NATIVE_HEADERS]) {
    const stream = exchange(bench.host, bench.root, {
      request: { headers, body: toBytes(body) },
      response: answer(REPLY),
    });
    expect(stream.upstream.header("x-bridge-lane")).toBe("native");
  }
  bench.host.assertNothingLeaked();
});

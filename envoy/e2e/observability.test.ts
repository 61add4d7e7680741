// The examples that show what happens and limit what may: the dashboard's names exist, the access log has the numbers, the report
// ranks clients, and tokens are what a client runs out of.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseSamples, rankClients, type Sample } from "../../cli/report.ts";
import {
  answerError,
  answerJson,
  answerStream,
  CHAT,
  CHAT_PATH,
  message,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { Client } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { Envoy, NEWEST, VERSIONS } from "../harness/envoy.ts";
import { exampleOptions, objectsBelow } from "../harness/example.ts";
import { inRepository } from "../harness/rig.ts";
import { Upstream, type Script } from "../upstream/server.ts";

const HOST = "api.anthropic.com";
const HELLO = message([{ type: "text", text: "Hi" }], "end_turn");
const REFUSED = "This model does not support assistant message prefill.";

type Edit = (root: Record<string, unknown>) => void;

/** An example that runs, with one upstream. */
class Running {
  private constructor(
    readonly upstream: Upstream,
    readonly envoy: Envoy,
    readonly client: Client,
  ) {}

  static async start(name: string, version: string, edit: Edit): Promise<Running> {
    const upstream = await Upstream.start();
    const options = exampleOptions(name, { [HOST]: upstream.port }, edit);
    const env = { ANTHROPIC_API_KEY: "sk-main" };
    const envoy = await Envoy.start({ ...options, version, env });
    return new Running(upstream, envoy, new Client(envoy.port));
  }

  ask(script: Script, body: object, who: string, path = CHAT_PATH): Promise<ClientStream> {
    this.upstream.enqueue(script);
    return this.client.post(path, { ...CHAT, ...body }, { "x-client-id": who });
  }

  async samples(): Promise<Sample[]> {
    return parseSamples(await this.envoy.admin("/stats/prometheus"));
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.envoy.stop();
    await this.upstream.close();
  }
}

/** Lets the access log go where the harness reads, and merges histograms soon. */
function prepare(root: Record<string, unknown>): void {
  root["stats_flush_interval"] = "0.1s";
  for (const node of objectsBelow(root)) {
    if (String(node["@type"]).endsWith("StdoutAccessLog"))
      node["@type"] = String(node["@type"]).replace("Stdout", "Stderr");
  }
}

const turn = (content: string) => [...CHAT.messages, { role: "assistant", content }];

/** Everything that the dashboard asks about, a few times over. */
async function mixedRun(running: Running): Promise<void> {
  const ok = answerJson(200, HELLO);
  const events = streamOf([textBlock("Hel", "lo")]);
  const opus = { model: "claude-opus-4-7" };
  for (let i = 0; i < 3; i++) {
    await running.ask(ok, {}, "web");
    await running.ask(ok, { ...opus, messages: turn("Once") }, "novelist");
    await running.ask(answerStream(events), { stream: true }, "web");
    await running.ask(ok, {}, "web", "/v1/messages");
  }
  await running.ask(ok, { ...opus, messages: turn("{") }, "etl");
  await running.ask(ok, { messages: turn("Once") }, "web");
  await running.ask(ok, { seed: 1, temperature: 1.5 }, "web");
  await running.ask(answerStream(events.slice(0, 2)), { stream: true }, "web");
  await running.ask(answerError(429, "rate_limit_error", "slow down"), {}, "web");
  await running.ask(
    answerError(400, "invalid_request_error", REFUSED),
    { messages: turn("a") },
    "web",
  );
  const search = {
    start: { type: "server_tool_use", id: "s", name: "web_search", input: {} },
    deltas: [],
  };
  await running.ask(answerStream(streamOf([search, textBlock("x")])), { stream: true }, "web");
  running.upstream.enqueue(ok);
  const headers = { "x-client-id": "web", "anthropic-beta": "context-1m-2025-08-07" };
  await running.client.post(CHAT_PATH, CHAT, headers);
  await running.client.post(CHAT_PATH, { ...CHAT, messages: [] }, { "x-client-id": "web" });
}

/** Streams of the mixed run that come to a token. */
const TOKEN_STREAMS = 4;

/** The filter's samples once Envoy has merged its histograms, which it does when it flushes statistics. */
async function settledSamples(running: Running): Promise<Sample[]> {
  for (;;) {
    const own = (await running.samples()).filter(({ name }) => name.startsWith("bridge_"));
    const merged = own.find(({ name }) => name === "bridge_ttft_ms_count");
    if (merged?.value === TOKEN_STREAMS) return own;
  }
}

describe("envoy/examples/observability.yaml", () => {
  let running: Running;
  let samples: Sample[];

  beforeAll(async () => {
    running = await Running.start("observability", NEWEST, prepare);
    await mixedRun(running);
    samples = await settledSamples(running);
  }, 60_000);
  afterAll(() => running.stop());

  /** Labels of a metric as Prometheus sees them. */
  function labelsOf(name: string): Set<string> {
    const own = samples.filter((sample) => sample.name === name);
    return new Set(own.flatMap(({ labels }) => Object.keys(labels)));
  }

  const dashboard = JSON.parse(
    readFileSync(inRepository("envoy/examples/observability/dashboard.json"), "utf8"),
  ) as { panels: { title: string; targets?: { expr: string }[] }[] };
  const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );

  test.each(queries)("the dashboard's panel %s asks for what exists: %s", (_title, expr) => {
    const names = [...expr.matchAll(/\bbridge_[a-z_]+/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(0);
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(", "));
    const matched = [...expr.matchAll(/([a-z_]+)(?:=~|!=|=)"/g)].map(([, label]) => label!);
    for (const name of names) {
      expect(samples.map((sample) => sample.name)).toContain(name);
      expect([...labelsOf(name)]).toEqual(expect.arrayContaining([...grouped, ...matched]));
    }
  });

  test("the dashboard has every metric, and docs/observability.md tells of each with its labels", () => {
    const asked = new Set(queries.flatMap(([, expr]) => expr.match(/\bbridge_[a-z_]+/g) ?? []));
    const found = new Set(samples.map(({ name }) => name.replace(/_(?:sum|count)$/, "_bucket")));
    expect([...asked].sort()).toEqual([...found].sort());
    const text = readFileSync(inRepository("docs/observability.md"), "utf8");
    for (const name of found) {
      const row = new RegExp(`^\\| \`${name.replace(/_bucket$/, "")}\` +\\| ([^|]*)\\|`, "m").exec(
        text,
      );
      const told = [...(row?.[1] ?? "").matchAll(/`([a-z]+)`/g)].map(([, label]) => label);
      const labels = [...labelsOf(name)].filter((label) => label !== "le");
      expect([name, ...told].sort()).toEqual([name, ...labels].sort());
    }
  });

  test("the counters add up", () => {
    const sum = (name: string, where: Record<string, string> = {}) =>
      samples
        .filter((sample) => sample.name === name)
        .filter(({ labels }) =>
          Object.entries(where).every(([key, value]) => labels[key] === value),
        )
        .reduce((total, { value }) => total + value, 0);
    expect(sum("bridge_requests_total")).toBe(21);
    expect(sum("bridge_requests_total", { op: "messages" })).toBe(3);
    expect(sum("bridge_requests_total", { code: "4xx" })).toBe(3);
    expect(sum("bridge_prefill_total")).toBe(6);
    expect(
      sum("bridge_prefill_total", { client: "novelist", action: "reframe", kind: "text" }),
    ).toBe(3);
    expect(sum("bridge_prefill_refused_total", { model: "claude-sonnet-4-5" })).toBe(1);
    expect(sum("bridge_keys_total", { key: "main", outcome: "cooled" })).toBe(1);
    expect(sum("bridge_ttft_ms_count")).toBe(TOKEN_STREAMS);
    expect(sum("bridge_translate_us_count")).toBe(1);
    expect(sum("bridge_config_ok")).toBe(1);
  });

  test("the report ranks its clients", () => {
    expect(rankClients(samples).map(({ client, degraded }) => [client, degraded])).toEqual([
      ["novelist", 3],
      ["etl", 1],
      ["web", 0],
    ]);
  });

  test("the access log has model, tokens and what was done", async () => {
    running.envoy.child.kill("SIGUSR1"); // writes what it holds back
    const logged = await running.envoy.log.until((lines) => {
      const own = lines.filter(
        (line) => line.startsWith('{"') && line.includes('"first_token_ms"'),
      );
      return own.length < 21 ? undefined : own;
    }, "the access log");
    const all = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(all.find(({ client }) => client === "novelist")).toMatchObject({
      op: "chat_completions",
      asked: "claude-opus-4-7",
      model: "claude-opus-4-7",
      stream: "0",
      prefill: "reframed",
      input_tokens: "12",
      output_tokens: "9",
      finish: "end_turn",
    });
    expect(all.filter(({ stream, error }) => stream === "1" && error === "truncated")).toHaveLength(
      1,
    );
    expect(all.filter(({ error }) => error === "rate_limit_error")).toHaveLength(1);
    expect(
      all.filter(({ op, input_tokens }) => op === "messages" && input_tokens === "12"),
    ).toHaveLength(3);
  });
});

describe.each(VERSIONS)("envoy/examples/token-limits.yaml, Envoy %s", (version) => {
  let running: Running;

  beforeAll(async () => {
    running = await Running.start("token-limits", version, (root) => {
      for (const node of objectsBelow(root)) {
        if (node["max_tokens"] === 200000)
          Object.assign(node, { max_tokens: 300, tokens_per_fill: 300, fill_interval: "3600s" });
      }
    });
  }, 60_000);
  afterAll(() => running.stop());

  test("a client gets what its tokens allow, then 429 in its own dialect; others go on", async () => {
    const ok = answerJson(200, HELLO);
    const body = { max_tokens: 100 };
    const first = [await running.ask(ok, body, "ann"), await running.ask(ok, body, "ann")];
    expect(first.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await running.client.post(
      CHAT_PATH,
      { ...CHAT, ...body },
      { "x-client-id": "ann" },
    );
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.text)).toMatchObject({
      error: { type: "rate_limit_error", code: "rate_limit_exceeded" },
    });
    const native = await running.client.post(
      "/v1/messages",
      { ...CHAT, ...body },
      { "x-client-id": "ann" },
    );
    expect(native.status).toBe(429);
    expect(JSON.parse(native.text)).toMatchObject({
      type: "error",
      error: { type: "rate_limit_error" },
    });
    expect((await running.ask(ok, body, "bob")).status).toBe(200);
    // What asks for little still fits.
    expect((await running.ask(ok, { max_tokens: 5 }, "ann")).status).toBe(200);
  });
});

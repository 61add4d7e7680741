// envoy/examples/failover.yaml and failover-signed.yaml: two providers in priorities, every attempt translated anew, from one cluster or in chains
// of their own.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  answerJson,
  answerMessages,
  answerStream,
  CHAT,
  CHAT_PATH,
  messagesOf,
  payloads,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { sseEvent } from "../upstream/demo.ts";
import { Client, JSON_HEADERS } from "../harness/client.ts";
import { Envoy, NEWEST, VERSIONS } from "../harness/envoy.ts";
import { exampleOptions, objectsBelow } from "../harness/example.ts";
import type { Received } from "../upstream/exchange.ts";
import { Upstream, type Script } from "../upstream/server.ts";

/** The client's and ours, in headers. */
const SECRET = /canary-\w+|sk-test/g;
/** The two examples, and what differs. */
const EXAMPLES = [
  {
    name: "failover",
    /** Envoy 1.36 does not survive a second attempt from a body callback. */
    retriesStreams: (version: string): boolean => version === NEWEST,
    authorization: /^Bearer canary-bedrock$/,
    secondSecrets: ["canary-bedrock"],
  },
  {
    name: "failover-signed",
    retriesStreams: (): boolean => true,
    authorization: /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//,
    secondSecrets: [],
  },
];
const MATRIX = VERSIONS.flatMap((version) =>
  EXAMPLES.map((example) => ({ version, name: example.name, example })),
);
const KEYS = { ANTHROPIC_API_KEY: "canary-anthropic", BEDROCK_API_KEY: "canary-bedrock" };
const AWS = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "canary-aws" };
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
/** Requests of the run in which a provider goes away. */
const RUN = 1000;
const JSON_TYPE = { "content-type": "application/json" };
const OVERLOADED = {
  type: "error",
  error: { type: "overloaded_error", message: "Overloaded" },
};

/** Answers whole or streamed, as the request asks. */
const byRequest =
  (streamed: Script): Script =>
  async (exchange) => {
    const asked = Buffer.from(await exchange.body()).toString();
    const isStream = asked.includes('"stream":true') || exchange.received.path.endsWith("stream");
    const whole = (): Promise<void> => exchange.send(200, JSON_TYPE, JSON.stringify(MESSAGE));
    try {
      await (isStream ? streamed(exchange) : whole());
    } catch {
      // The upstream was taken away while it answered.
    }
  };

const value = (seen: Received, name: string) =>
  seen.headers.find(([key]) => key.toLowerCase() === name)?.[1];
const body = (seen: Received) =>
  JSON.parse(Buffer.concat(seen.chunks).toString()) as Record<string, unknown>;

describe.each(MATRIX)("$name.yaml on Envoy $version", ({ version, example }) => {
  let first: Upstream;
  let second: Upstream;
  let envoy: Envoy;

  beforeAll(async () => {
    first = await Upstream.start();
    second = await Upstream.start();
    const ports = {
      "api.anthropic.com": first.port,
      "bedrock-runtime.us-east-1.amazonaws.com": second.port,
    };
    const env = { ...KEYS, ...AWS };
    envoy = await Envoy.start({ ...exampleOptions(example.name, ports), version, env });
  });

  afterEach(() => {
    first.reset();
    second.reset();
  });

  afterAll(async () => {
    await envoy.stop();
    await first.close();
    await second.close();
  });

  test("a request that the first provider refuses reaches the second, in its own form", async () => {
    const client = new Client(envoy.port, "h1");
    first.enqueue((exchange) => exchange.send(529, JSON_TYPE, JSON.stringify(OVERLOADED)));
    second.enqueue((exchange) => exchange.send(200, JSON_TYPE, JSON.stringify(MESSAGE)));
    const headers = { ...JSON_HEADERS, "anthropic-beta": "context-1m-2025-08-07" };
    const answer = await client.send({ path: CHAT_PATH, headers, body: JSON.stringify(CHAT) });
    client.close();
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    const [one] = first.received as [Received];
    const [two] = second.received as [Received];
    expect(one.path).toBe("/v1/messages");
    expect(value(one, "x-api-key")).toBe("canary-anthropic");
    expect(value(one, "host")).toBe("api.anthropic.com");
    expect(value(one, "anthropic-version")).toBe("2023-06-01");
    expect(body(one)).toMatchObject({ model: CHAT.model, messages: [{ role: "user" }] });
    expect(two.path).toBe(`/model/us.anthropic.${CHAT.model}/invoke`);
    expect(value(two, "authorization")).toMatch(example.authorization);
    expect(value(two, "x-api-key")).toBeUndefined();
    expect(value(two, "host")).toBe("bedrock-runtime.us-east-1.amazonaws.com");
    expect(value(two, "anthropic-version")).toBeUndefined();
    expect(body(two)).toMatchObject({
      anthropic_version: "bedrock-2023-05-31",
      messages: [{ role: "user" }],
    });
    expect(JSON.stringify([one.headers, two.headers])).not.toContain("sk-test");
    expect(JSON.stringify(two.headers)).not.toContain("canary-anthropic");
  });

  test("a stream that begins with an error is tried again where Envoy survives it", async () => {
    const client = new Client(envoy.port, "h1");
    first.enqueue(answerStream([sseEvent("error", OVERLOADED)]));
    second.enqueue(answerMessages(messagesOf(streamOf([textBlock("Hi")]))));
    const answer = await client.post(CHAT_PATH, { ...CHAT, stream: true });
    client.close();
    expect(answer.status).toBe(200);
    const last = payloads(answer.text).at(-1);
    const isRetried = example.retriesStreams(version);
    if (isRetried) expect(last).toBe("[DONE]");
    else expect(last).toMatchObject({ error: { type: "overloaded_error" } });
    expect(second.received).toHaveLength(isRetried ? 1 : 0);
  });

  test("the last provider's error reaches the client in its dialect", async () => {
    const client = new Client(envoy.port, "h1");
    first.enqueue((exchange) => exchange.send(529, JSON_TYPE, JSON.stringify(OVERLOADED)));
    for (let i = 0; i < 3; i++) {
      second.enqueue((exchange) => exchange.send(429, JSON_TYPE, '{"message":"Too many"}'));
    }
    const answer = await client.send({
      path: CHAT_PATH,
      headers: JSON_HEADERS,
      body: JSON.stringify(CHAT),
    });
    client.close();
    expect(answer.status).toBe(429);
    expect(answer.json).toMatchObject({ error: { message: "Too many" } });
  });

  test("none of 1,000 requests fails, but what had begun to stream, when the first provider goes away", async () => {
    const events = streamOf([textBlock("Hi", " there")]);
    first.enqueue(...Array.from({ length: RUN }, () => byRequest(answerStream(events))));
    const messages = answerMessages(messagesOf(events));
    second.enqueue(...Array.from({ length: RUN }, () => byRequest(messages)));
    const clients = Array.from({ length: 8 }, () => new Client(envoy.port, "h1"));
    const failed: string[] = [];
    let sent = 0;
    let closing: Promise<void> | undefined;
    const run = async (client: Client) => {
      while (sent < RUN) {
        sent += 1;
        if (sent === RUN / 2) closing = first.close();
        const stream = sent % 2 === 0;
        const answer = await client.post(CHAT_PATH, { ...CHAT, ...(stream ? { stream } : {}) });
        const isWhole = answer.outcome === "complete" && answer.status === 200;
        if (isWhole && (!stream || answer.text.endsWith("data: [DONE]\n\n"))) continue;
        // What streams cannot be taken back: it breaks off and does not look whole.
        if (stream && answer.status === 200 && !answer.text.includes("[DONE]")) continue;
        failed.push(`${answer.outcome} ${answer.status} ${answer.text}`);
      }
    };
    await Promise.all(clients.map(run));
    await closing;
    for (const client of clients) client.close();
    expect(failed).toEqual([]);
    expect(first.received.length).toBeGreaterThan(RUN / 4);
    expect(second.received.length).toBeGreaterThan(RUN / 4);
    const secrets = (upstream: Upstream) =>
      new Set(JSON.stringify(upstream.received.map(({ headers }) => headers)).match(SECRET));
    expect([...secrets(first)]).toEqual([KEYS.ANTHROPIC_API_KEY]);
    expect([...secrets(second)]).toEqual(example.secondSecrets);
  });
});

describe.each(VERSIONS)("one configuration in both places, on Envoy %s", (version) => {
  let first: Upstream;
  let second: Upstream;
  let envoy: Envoy;

  /** The cluster's filter also in front of the router, for one host only. */
  function placeTwice(root: Record<string, unknown>): void {
    const objects = [...objectsBelow(root)];
    const filter = objects.find((node) => node["name"] === "messages-bridge");
    const hcm = objects.find((node) => "http_filters" in node && "route_config" in node);
    if (filter === undefined || hcm === undefined) throw new Error("the example has changed");
    hcm["http_filters"] = [
      { ...structuredClone(filter), disabled: true },
      ...(hcm["http_filters"] as object[]),
    ];
    const [host] = (hcm["route_config"] as { virtual_hosts: Record<string, unknown>[] })
      .virtual_hosts;
    const { clusters } = root["static_resources"] as { clusters: Record<string, unknown>[] };
    const plain = { ...structuredClone(clusters[0]), name: "plain" };
    delete (plain as Record<string, unknown>)["typed_extension_protocol_options"];
    (
      plain as unknown as { load_assignment: { endpoints: object[] } }
    ).load_assignment.endpoints.pop();
    clusters.push(plain);
    const front = {
      ...structuredClone(host),
      name: "front",
      domains: ["front"],
      typed_per_filter_config: {
        "messages-bridge": {
          "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig",
          config: {},
        },
      },
      routes: [{ match: { prefix: "/" }, route: { cluster: "plain" } }],
    };
    const hosts = hcm["route_config"] as { virtual_hosts: object[] };
    // The authority that the filter writes must lead to the same place.
    hosts.virtual_hosts.push(front, {
      ...structuredClone(front),
      name: "again",
      domains: ["api.anthropic.com"],
    });
  }

  beforeAll(async () => {
    first = await Upstream.start();
    second = await Upstream.start();
    const ports = {
      "api.anthropic.com": first.port,
      "bedrock-runtime.us-east-1.amazonaws.com": second.port,
    };
    const options = exampleOptions("failover", ports, (root) => {
      for (const node of objectsBelow(root)) {
        const configuration = node["configuration"] as { value?: string } | undefined;
        if (typeof configuration?.value !== "string") continue;
        const filter = JSON.parse(configuration.value) as object;
        configuration.value = JSON.stringify({ ...filter, default_profile: "anthropic" });
      }
      placeTwice(root);
    });
    envoy = await Envoy.start({ ...options, version, env: KEYS });
  });
  afterAll(async () => {
    await envoy.stop();
    await first.close();
    await second.close();
  });

  test("attempts in the cluster are told from requests in front of the router", async () => {
    const client = new Client(envoy.port, "h1");
    for (const round of [1, 2]) {
      first.reset();
      second.reset();
      first.enqueue(answerJson(200, MESSAGE));
      const front = await client.post(CHAT_PATH, CHAT, { host: "front" });
      expect(front.json, `round ${round}`).toMatchObject({ object: "chat.completion" });
      first.enqueue((exchange) => exchange.send(529, JSON_TYPE, JSON.stringify(OVERLOADED)));
      second.enqueue(answerJson(200, MESSAGE));
      const answer = await client.post(CHAT_PATH, CHAT);
      expect(answer.json).toMatchObject({ object: "chat.completion" });
      const [seen] = second.received as [Received];
      expect(seen.path).toBe(`/model/us.anthropic.${CHAT.model}/invoke`);
      expect(JSON.stringify(seen.headers).match(SECRET)).toEqual([KEYS.BEDROCK_API_KEY]);
    }
    client.close();
  });
});

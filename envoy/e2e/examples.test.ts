// envoy/examples: each document loads as it stands, and does what its first lines say; no secret shows anywhere.

import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  answerError,
  answerJson,
  answerMessages,
  CHAT,
  CHAT_PATH,
  message,
  messagesOf,
  payloads,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { Client } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { Envoy, NEWEST, VERSIONS } from "../harness/envoy.ts";
import {
  CANARY,
  ENVIRONMENT,
  EXAMPLES,
  exampleOptions,
  NEWEST_ONLY,
  objectsBelow,
  SECRETS,
} from "../harness/example.ts";
import { signaturesOf } from "../harness/sigv4.ts";
import { complaintOf } from "../harness/validate.ts";
import type { Received } from "../upstream/exchange.ts";
import { Upstream, type Script } from "../upstream/server.ts";

const CLIENT_KEY = `${CANARY}client`;
const AUTHORIZATION = { authorization: `Bearer ${CLIENT_KEY}` };

describe.each(VERSIONS)("Envoy %s", (version) => {
  const names = EXAMPLES.filter((name) => version === NEWEST || !NEWEST_ONLY.includes(name));

  test.each(names)("%s.yaml loads", async (name) => {
    expect(await complaintOf(version, exampleOptions(name), ENVIRONMENT)).toBe("");
  });
});

const value = (seen: Received | undefined, name: string): string | undefined =>
  seen?.headers.find(([key]) => key.toLowerCase() === name)?.[1];
const bodyOf = (seen: Received | undefined): unknown =>
  JSON.parse(Buffer.concat(seen?.chunks ?? []).toString());
const HELLO = message([{ type: "text", text: "Hi" }], "end_turn");

type Edit = (root: Record<string, unknown>) => void;

/** Hooks that run an example whose upstreams are all one, by the hosts that it names. */
function useExample(name: string, hosts: string[], edit?: Edit): () => Running {
  let running: Running | undefined;
  const get = (): Running => {
    if (running === undefined) throw new Error("the example is not running");
    return running;
  };
  beforeAll(async () => {
    running = await Running.start(name, hosts, edit);
  });
  afterEach(() => get().endTest());
  afterAll(() => get().stop());
  return get;
}

/** An example that runs. */
class Running {
  readonly #answers: ClientStream[] = [];

  private constructor(
    readonly upstream: Upstream,
    readonly envoy: Envoy,
    readonly client: Client,
  ) {}

  static async start(name: string, hosts: string[], edit?: Edit): Promise<Running> {
    const upstream = await Upstream.start();
    const ports = Object.fromEntries(hosts.map((host) => [host, upstream.port]));
    const options = { ...exampleOptions(name, ports, edit), version: NEWEST, env: ENVIRONMENT };
    const envoy = await Envoy.start({ ...options, trace: true });
    return new Running(upstream, envoy, new Client(envoy.port));
  }

  /** Sends a chat request with a client's key, to `script`. */
  async chat(
    script: Script,
    body: object = {},
    headers: Record<string, string> = {},
  ): Promise<ClientStream> {
    this.upstream.enqueue(script);
    const all = { ...AUTHORIZATION, "x-api-key": CLIENT_KEY, "api-key": CLIENT_KEY, ...headers };
    const answer = await this.client.post(CHAT_PATH, { ...CHAT, ...body }, all);
    this.#answers.push(answer);
    return answer;
  }

  endTest(): void {
    this.upstream.reset();
  }

  /** Stops; throws when a secret shows where none may. */
  async stop(): Promise<void> {
    const admin = ["/config_dump?include_eds", "/stats", "/clusters", "/server_info", "/listeners"];
    const pages = await Promise.all(admin.map((path) => this.envoy.admin(path)));
    this.client.close();
    await this.envoy.stop();
    await this.upstream.close();
    const answers = this.#answers.map(({ headers, text }) => `${JSON.stringify(headers)}${text}`);
    const lines = [...this.envoy.log.lines, ...pages, ...answers].join("\n");
    expect(lines).toContain("messages-bridge");
    expect(lines.match(/.{0,60}canary-.{0,40}/g) ?? []).toEqual([]);
  }
}

/** No header of the upstream's request carries the client's key. */
function expectNoClientKey(seen: Received | undefined): void {
  expect(JSON.stringify(seen?.headers)).not.toContain(CLIENT_KEY);
}

describe("anthropic.yaml", () => {
  const example = useExample("anthropic", ["api.anthropic.com"]);

  test("sends the gateway's key and never the client's", async () => {
    const answer = await example().chat(answerJson(200, HELLO));
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    const [seen] = example().upstream.received;
    expect(seen?.path).toBe("/v1/messages");
    expect(value(seen, "x-api-key")).toBe(SECRETS["ANTHROPIC_API_KEY"]);
    expect(value(seen, "authorization")).toBeUndefined();
    expect(value(seen, "api-key")).toBeUndefined();
    expectNoClientKey(seen);
  });

  test("shows no key that an upstream's error quotes", async () => {
    const quote = `invalid x-api-key: ${SECRETS["ANTHROPIC_API_KEY"]}`;
    const answer = await example().chat(answerError(401, "authentication_error", quote));
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain(CANARY);
  });
});

describe("azure-open-webui.yaml", () => {
  const example = useExample("azure-open-webui", ["my-foundry.services.ai.azure.com"]);

  test("lists the aliases by itself", async () => {
    const answer = await example().client.send({
      method: "GET",
      path: "/v1/models",
      headers: AUTHORIZATION,
    });
    expect(answer.json).toMatchObject({
      object: "list",
      data: [{ id: "claude-opus" }, { id: "claude-haiku" }],
    });
    expect(example().upstream.received).toEqual([]);
  });

  test("names the deployment, and Envoy adds the key", async () => {
    const answer = await example().chat(answerJson(200, HELLO), { model: "claude-opus" });
    expect(answer.json).toMatchObject({ model: "claude-opus" });
    const [seen] = example().upstream.received;
    expect(seen?.path).toBe("/anthropic/v1/messages");
    expect(bodyOf(seen)).toMatchObject({ model: "my-opus" });
    expect(value(seen, "x-api-key")).toBe(SECRETS["AZURE_API_KEY"]);
    expectNoClientKey(seen);
  });
});

describe("vertex.yaml", () => {
  const hosts = ["aiplatform.googleapis.com", "metadata.google.internal"];
  const example = useExample("vertex", hosts);

  test("fetches a token and sends it", async () => {
    example().upstream.enqueue((exchange) =>
      exchange.send(
        200,
        { "content-type": "application/json" },
        JSON.stringify({ access_token: "token-1", expires_in: 3600, token_type: "Bearer" }),
      ),
    );
    const answer = await example().chat(answerJson(200, HELLO));
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    const [asked, seen] = example().upstream.received;
    expect(asked?.path).toContain("/token");
    expect(seen?.path).toBe(
      `/v1/projects/my-project/locations/global/publishers/anthropic/models/${CHAT.model}:rawPredict`,
    );
    expect(value(seen, "authorization")).toBe("Bearer token-1");
    expectNoClientKey(seen);
  });
});

/** Takes the signer out of the cluster and puts it behind the filter. */
function signDownstream(root: Record<string, unknown>): void {
  const chains = [...objectsBelow(root)].filter((node) => "http_filters" in node);
  const [front, cluster] = chains.map(({ http_filters }) => http_filters as { name: string }[]);
  const at = cluster?.findIndex(({ name }) => name.endsWith("aws_request_signing")) ?? -1;
  const [signer] = cluster?.splice(at, 1) ?? [];
  if (at < 0 || signer === undefined) throw new Error("the example has no signer in its cluster");
  front?.splice(-1, 0, signer);
}

const SIGNERS = [
  { place: "in the cluster", edit: undefined },
  { place: "behind the filter", edit: signDownstream },
];

describe.each(SIGNERS)("bedrock.yaml, signed $place", ({ edit }) => {
  const example = useExample("bedrock", ["bedrock-runtime.us-east-1.amazonaws.com"], edit);
  const secret = {
    accessKeyId: ENVIRONMENT.AWS_ACCESS_KEY_ID,
    secretAccessKey: SECRETS["AWS_SECRET_ACCESS_KEY"] ?? "",
    region: "us-east-1",
    service: "bedrock",
  };
  const MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0";

  async function expectSigned(seen: Received | undefined): Promise<void> {
    if (seen === undefined) throw new Error("nothing arrived");
    const { expected, found, signed } = await signaturesOf(seen, secret);
    expect(found).toBe(expected);
    expect(signed).toEqual(expect.arrayContaining(["host", "x-amz-content-sha256", "x-amz-date"]));
    const sha = createHash("sha256").update(Buffer.concat(seen.chunks)).digest("hex");
    expect(value(seen, "x-amz-content-sha256")).toBe(sha);
    expect(value(seen, "host")).toBe("bedrock-runtime.us-east-1.amazonaws.com");
    expectNoClientKey(seen);
  }

  test("signs path and body as they are after translation", async () => {
    const answer = await example().chat(answerJson(200, HELLO));
    expect(answer.json).toMatchObject({ object: "chat.completion", model: CHAT.model });
    const [seen] = example().upstream.received;
    expect(seen?.path).toBe(`/model/${MODEL}/invoke`);
    expect(bodyOf(seen)).toMatchObject({ anthropic_version: "bedrock-2023-05-31" });
    await expectSigned(seen);
  });

  test("signs streams too", async () => {
    const script = answerMessages(messagesOf(streamOf([textBlock("Hi")])));
    const answer = await example().chat(script, { stream: true });
    expect(payloads(answer.text).at(-1)).toBe("[DONE]");
    const [seen] = example().upstream.received;
    expect(seen?.path).toBe(`/model/${MODEL}/invoke-with-response-stream`);
    await expectSigned(seen);
  });

  test("a signature that is not the body's is noticed", async () => {
    await example().chat(answerJson(200, HELLO));
    const [seen] = example().upstream.received;
    if (seen === undefined) throw new Error("nothing arrived");
    const other = { ...seen, chunks: [Buffer.from("{}")] };
    const headers = seen.headers.filter(([name]) => name !== "x-amz-content-sha256");
    const { expected, found } = await signaturesOf({ ...other, headers }, secret);
    expect(found).not.toBe(expected);
  });
});

describe("databricks.yaml", () => {
  const example = useExample("databricks", ["example.cloud.databricks.com"]);

  test("translates in the cluster, with the VM's token", async () => {
    const answer = await example().chat(answerJson(200, HELLO));
    expect(answer.json).toMatchObject({ object: "chat.completion", model: CHAT.model });
    const [seen] = example().upstream.received;
    expect(seen?.path).toBe("/serving-endpoints/anthropic/v1/messages");
    expect(bodyOf(seen)).toMatchObject({ model: `databricks-${CHAT.model}` });
    expect(value(seen, "authorization")).toBe(`Bearer ${SECRETS["DATABRICKS_TOKEN"]}`);
    expectNoClientKey(seen);
  });
});

describe("two-lanes.yaml", () => {
  const example = useExample("two-lanes", ["api.anthropic.com", "example.cloud.databricks.com"]);

  // The lane of a client is no one's: both ways it is sent, and both ways the model decides.
  test.each([
    ["claude-3-haiku", "/v1/messages", "x-api-key", SECRETS["ANTHROPIC_API_KEY"], "api.anthropic"],
    [
      CHAT.model,
      "/serving-endpoints/anthropic/v1/messages",
      "authorization",
      `Bearer ${SECRETS["DATABRICKS_TOKEN"]}`,
      "example.cloud.databricks",
    ],
  ])("%s goes its lane", async (model, path, header, key, host) => {
    for (const lane of ["direct", "none"]) {
      const headers = { "x-bridge-lane": lane };
      const answer = await example().chat(answerJson(200, HELLO), { model }, headers);
      expect(answer.json).toMatchObject({ object: "chat.completion" });
      const seen = example().upstream.received.at(-1);
      expect(seen?.path).toBe(path);
      expect(value(seen, header)).toBe(key);
      expect(value(seen, "host")).toBe(`${host}.com`);
      expect(value(seen, "x-bridge-lane")).toBeUndefined();
      expect(JSON.stringify(seen?.headers).match(/canary-\w+/g)).toHaveLength(1);
    }
  });
});

describe("two-lanes.yaml, a turn at the end", () => {
  const example = useExample("two-lanes", ["api.anthropic.com", "example.cloud.databricks.com"]);
  const ending = {
    model: "claude-opus-4-7",
    messages: [
      { role: "user", content: "Complete the sentence:" },
      { role: "assistant", content: "The capital of France is" },
    ],
  };

  test.each(["direct", "none", undefined])(
    "goes to Anthropic; lane of the client: %s",
    async (lane) => {
      const headers: Record<string, string> = lane === undefined ? {} : { "x-bridge-lane": lane };
      const answer = await example().chat(answerJson(200, HELLO), ending, headers);
      expect(answer.json).toMatchObject({ object: "chat.completion" });
      expect(answer.header("x-bridge-prefill")).toBe("routed");
      expect(answer.header("x-bridge-model")).toBe("claude-opus-4-5");
      const [seen] = example().upstream.received;
      expect([seen?.path, value(seen, "host")]).toEqual(["/v1/messages", "api.anthropic.com"]);
      expect(value(seen, "x-api-key")).toBe(SECRETS["ANTHROPIC_API_KEY"]);
      expect(value(seen, "x-bridge-lane")).toBeUndefined();
      expect(bodyOf(seen)).toMatchObject({ model: "claude-opus-4-5", messages: ending.messages });
      expect(JSON.stringify(seen?.headers).match(/canary-\w+/g)).toHaveLength(1);
    },
  );

  test("stays where no model takes it, as an instruction", async () => {
    const model = "claude-sonnet-5";
    const answer = await example().chat(answerJson(200, HELLO), { ...ending, model });
    expect(answer.header("x-bridge-prefill")).toBe("reframed");
    const [seen] = example().upstream.received;
    expect(value(seen, "host")).toBe("example.cloud.databricks.com");
    expect(bodyOf(seen)).toMatchObject({ messages: [{ role: "user" }] });
  });
});

describe("many-tenants.yaml", () => {
  const hosts = ["api.anthropic.com", "bedrock-runtime.us-east-1.amazonaws.com"];
  const example = useExample("many-tenants", hosts);

  const ask = async (team: string, model: string = CHAT.model): Promise<ClientStream> =>
    example().chat(answerJson(200, HELLO), { model }, { host: `${team}.example.com` });

  test.each([
    ["a", "/v1/messages", "x-api-key", SECRETS["TEAM_A_KEY"]],
    [
      "c",
      `/model/us.anthropic.${CHAT.model}/invoke`,
      "authorization",
      `Bearer ${SECRETS["TEAM_C_KEY"]}`,
    ],
    ["d", "/v1/messages", "x-api-key", SECRETS["TEAM_D_KEY"]],
  ])("team %s", async (team, path, header, key) => {
    const answer = await ask(team);
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    const [seen] = example().upstream.received;
    expect(seen?.path).toBe(path);
    expect(value(seen, header)).toBe(key);
    const secrets = JSON.stringify(seen?.headers).match(/canary-\w+/g);
    expect(secrets).toHaveLength(1);
  });

  test("team b", async () => {
    const answer = await ask("b", "claude-haiku-4-5");
    expect(answer.json).toMatchObject({ object: "chat.completion" });
    const [seen] = example().upstream.received;
    expect(value(seen, "x-api-key")).toBe(CLIENT_KEY);
    expect((await ask("b")).json).toMatchObject({ error: { code: "model_not_found" } });
  });
});

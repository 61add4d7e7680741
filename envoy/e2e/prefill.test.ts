// The request of a user whose upstream refuses it, in that upstream's own words: what each mode makes of it, by plain HTTP and by the
// official clients of both APIs, whole and streamed.

import Anthropic, { APIError as AnthropicError } from "@anthropic-ai/sdk";
import OpenAI, { APIError as OpenAIError } from "openai";
import { describe, expect, test } from "vitest";
import {
  answerJson,
  answerStream,
  CHAT_PATH,
  message,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { countersOf } from "../../host-test/prefill/mix.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { useRig, type Rig } from "../harness/rig.ts";
import type { Script } from "../upstream/server.ts";

const SENTENCE =
  "This model does not support assistant message prefill. The conversation must end with a user message.";
const REFUSAL = { error_code: "BAD_REQUEST", message: SENTENCE };
const QUESTION = { role: "user", content: "Complete the sentence:" } as const;
const PREFILL = "The capital of France is ";
const BODY = {
  model: "databricks-claude-opus-4-7",
  max_tokens: 256,
  messages: [QUESTION, { role: "assistant", content: PREFILL }],
} satisfies Anthropic.MessageCreateParamsNonStreaming;
const TAKING = "claude-opus-4-5";

const fmapi = (prefill: object) => ({
  provider: { type: "databricks" },
  auth: { mode: "client" },
  prefill: { when: "always", ...prefill },
});
const FILTER = {
  version: 1,
  profiles: {
    passthrough: fmapi({}),
    strip: fmapi({ mode: "strip" }),
    reframe: fmapi({ mode: "reframe" }),
    prepend: fmapi({ mode: "reframe", reframe: { response: "prepend" } }),
    reject: fmapi({ mode: "reject" }),
    route: fmapi({ mode: "route", route: { profile: "direct" } }),
    direct: {
      provider: { type: "anthropic" },
      auth: { mode: "client" },
      models: { aliases: { "databricks-claude-opus-*": TAKING } },
    },
  },
  rules: ["passthrough", "strip", "reframe", "prepend", "reject", "route"].map((profile) => ({
    match: { path_prefix: `/${profile}` },
    profile,
  })),
};

interface Sent {
  model: string;
  stream?: boolean;
  messages: { role: string; content: unknown }[];
}

/** Both upstreams: one refuses turns at the end, the other goes on from them; an instruction is obeyed with an echo. */
const upstream: Script = async (exchange) => {
  const body = JSON.parse((await exchange.body()).toString()) as Sent;
  const isDirect = exchange.received.path === "/v1/messages";
  const ends = body.messages.at(-1)?.role === "assistant";
  if (ends && !isDirect) return answerJson(400, REFUSAL)(exchange);
  const isAsked = JSON.stringify(body).includes("<response_start>");
  const text = ends ? "Paris." : isAsked ? `${PREFILL}Paris.` : "Which sentence?";
  if (body.stream !== true) {
    const answer = { ...message([{ type: "text", text }], "end_turn"), model: body.model };
    return answerJson(200, answer)(exchange);
  }
  const pieces = text.match(/.{1,7}/gs) ?? [];
  return answerStream(streamOf([textBlock(...pieces)]))(exchange);
};

/** What a client saw: the text, or the status and the message of an error. */
interface Outcome {
  text?: string;
  failed?: [status: number | undefined, message: string];
  word?: string | null;
}

type Ask = (rig: Rig, mode: string) => Promise<Outcome>;

const base = (rig: Rig, mode: string): string => `http://127.0.0.1:${rig.envoy.port}/${mode}`;

async function native(rig: Rig, mode: string): Promise<Outcome> {
  const answer = await rig.client().post(`/${mode}/v1/messages`, BODY, { "x-api-key": "k" });
  const json = answer.json as {
    content?: { text: string }[];
    error?: { type: string; message: string };
  };
  const word = answer.header("x-bridge-prefill") ?? null;
  if (json.error === undefined) return { text: json.content?.[0]?.text ?? "", word };
  expect(json).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  return { failed: [answer.status, json.error.message], word };
}

async function chat(rig: Rig, mode: string): Promise<Outcome> {
  const answer = await rig.client().post(`/${mode}${CHAT_PATH}`, BODY);
  const json = answer.json as {
    choices?: { message: { content: string } }[];
    error?: { type: string; message: string };
  };
  const word = answer.header("x-bridge-prefill") ?? null;
  if (json.error === undefined) return { text: json.choices?.[0]?.message.content ?? "", word };
  expect(json.error.type).toBe("invalid_request_error");
  return { failed: [answer.status, json.error.message], word };
}

/** Runs a call of an official client; errors become outcomes. */
async function caught(call: Promise<Outcome>): Promise<Outcome> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof AnthropicError || error instanceof OpenAIError)) throw error;
    const { status, headers } = error as { status: number; headers?: Headers };
    const body = error.error as { message?: string; error?: { message: string } };
    const text = body.message ?? body.error?.message ?? "";
    return { failed: [status, text], word: headers?.get("x-bridge-prefill") ?? null };
  }
}

function anthropicSdk(streams: boolean): Ask {
  return async (rig, mode) => {
    const client = new Anthropic({ apiKey: "k", baseURL: base(rig, mode), maxRetries: 0 });
    const call = async (): Promise<Outcome> => {
      if (streams) {
        const stream = client.messages.stream(BODY);
        const { response } = await stream.withResponse();
        return { text: await stream.finalText(), word: response.headers.get("x-bridge-prefill") };
      }
      const { data, response } = await client.messages.create(BODY).withResponse();
      const [block] = data.content;
      const text = block?.type === "text" ? block.text : "";
      return { text, word: response.headers.get("x-bridge-prefill") };
    };
    return caught(call());
  };
}

function openaiSdk(streams: boolean): Ask {
  return async (rig, mode) => {
    const client = new OpenAI({ apiKey: "k", baseURL: `${base(rig, mode)}/v1`, maxRetries: 0 });
    const call = async (): Promise<Outcome> => {
      if (!streams) {
        const { data, response } = await client.chat.completions.create(BODY).withResponse();
        const text = data.choices[0]?.message.content ?? "";
        return { text, word: response.headers.get("x-bridge-prefill") };
      }
      const asked = client.chat.completions.create({ ...BODY, stream: true });
      const { data, response } = await asked.withResponse();
      let text = "";
      for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
      return { text, word: response.headers.get("x-bridge-prefill") };
    };
    return caught(call());
  };
}

const CLIENTS: [name: string, ask: Ask][] = [
  ["plain HTTP, Messages", native],
  ["plain HTTP, Chat", chat],
  ["@anthropic-ai/sdk", anthropicSdk(false)],
  ["@anthropic-ai/sdk, streamed", anthropicSdk(true)],
  ["openai", openaiSdk(false)],
  ["openai, streamed", openaiSdk(true)],
];

/** What each mode does, for every client the same. */
const OUTCOMES: [mode: string, outcome: Outcome, turns: number | undefined, path?: string][] = [
  ["passthrough", { failed: [400, SENTENCE], word: "passthrough" }, 2],
  ["strip", { text: "Which sentence?", word: "stripped" }, 1],
  ["reframe", { text: "Paris.", word: "reframed" }, 1],
  ["prepend", { text: `${PREFILL}Paris.`, word: "reframed" }, 1],
  ["reject", { failed: [400, SENTENCE], word: "rejected" }, undefined],
  ["route", { text: "Paris.", word: "routed" }, 2, "/v1/messages"],
];

describe.each(VERSIONS)("Envoy %s", (version) => {
  const rig = useRig({ version, filter: FILTER });

  describe.each(CLIENTS)("%s", (_name, ask) => {
    test.each(OUTCOMES)("%s", async (mode, outcome, turns, path) => {
      rig().upstream.enqueue(upstream);
      expect(await ask(rig(), mode)).toEqual(outcome);
      const [seen] = rig().upstream.received;
      if (turns === undefined) {
        expect(seen).toBeUndefined();
        return;
      }
      const body = JSON.parse(Buffer.concat(seen?.chunks ?? []).toString()) as Sent;
      expect(body.messages).toHaveLength(turns);
      expect(body.model).toBe(mode === "route" ? TAKING : BODY.model);
      expect(seen?.path).toBe(path ?? "/serving-endpoints/anthropic/v1/messages");
    });
  });

  test("the client is told which model answered a routed request", async () => {
    rig().upstream.enqueue(upstream);
    const answer = await rig().client().post(`/route${CHAT_PATH}`, BODY);
    expect(answer.header("x-bridge-model")).toBe(TAKING);
    expect(answer.json).toMatchObject({ model: TAKING });
  });
});

describe("Envoy tries again", () => {
  const rig = useRig({
    filter: FILTER,
    edit: ({ route }) => {
      route["retry_policy"] = { retry_on: "5xx", num_retries: 1 };
    },
  });

  test("with the body that was written, and the turn is one event", async () => {
    rig().upstream.enqueue(answerJson(503, {}), upstream);
    expect(await chat(rig(), "reframe")).toEqual({ text: "Paris.", word: "reframed" });
    const bodies = rig().upstream.received.map(({ chunks }) => Buffer.concat(chunks).toString());
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
    const page = await rig().envoy.admin("/stats?format=json&filter=bridge_prefill_total");
    const { stats } = JSON.parse(page) as { stats: { name?: string; value?: number }[] };
    const counters = stats.map(({ name = "", value = 0 }): [string, number] => [name, value]);
    expect(countersOf(Object.fromEntries(counters))).toEqual({ "reframe/text": 1 });
  });
});

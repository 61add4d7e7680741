// The bench is only as good as what it sends: sizes, counts and validity of every input, and that the checks which run
// before timing tell a right exchange from a wrong one.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./identity_build.ts";
import {
  EVENTS_PER_WRITE,
  shapeInputs,
  TEXT_DELTAS,
  upstreamEvents,
  upstreamHeaders,
  upstreamMessage,
  type Shape,
} from "./inputs.ts";
import { problemsOf, type Exchange } from "./validate.ts";

interface ChatRequest {
  stream?: boolean;
  messages: { role: string; content: string; tool_calls?: ToolCall[]; tool_call_id?: string }[];
  tools?: { function: { name: string } }[];
}

interface Config {
  profile: { observability: { export: string[]; response_headers: string } };
}

interface ToolCall {
  id: string;
  function: { name: string; arguments: string };
}

function input(shape: Shape): ReturnType<typeof shapeInputs>[number] {
  const found = shapeInputs().find((candidate) => candidate.shape === shape);
  if (found === undefined) throw new Error(`no shape ${shape}`);
  return found;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function request(shape: Shape): ChatRequest {
  return JSON.parse(text(input(shape).body)) as ChatRequest;
}

describe("request bodies", () => {
  test("the same bytes are built every time", () => {
    const bodies = (): string[] => shapeInputs().map(({ body }) => text(body));
    expect(bodies()).toEqual(bodies());
  });

  test("a small chat has 0.8 KB", () => {
    expect(input("small").body.length).toBeGreaterThanOrEqual(750);
    expect(input("small").body.length).toBeLessThan(850);
    expect(request("small").stream).toBeUndefined();
  });

  test("both streams send the small chat with stream set", () => {
    const expected = { ...request("small"), stream: true };
    expect(request("stream")).toEqual(expected);
    expect(request("paced")).toEqual(expected);
  });

  test("the agent history has 221 KB, 30 tools and 180 messages between the first and the last", () => {
    const { messages, tools } = request("big");
    expect(Math.round(input("big").body.length / 1000)).toBe(221);
    expect(tools).toHaveLength(30);
    expect(messages).toHaveLength(182);
    expect(messages[0]?.role).toBe("system");
    expect(messages.at(-1)?.role).toBe("user");
  });

  test("every tool call of the history names a tool, has JSON arguments and is answered next", () => {
    const { messages, tools } = request("big");
    const names = new Set(tools?.map((tool) => tool.function.name));
    const calls = messages.flatMap((message, index) =>
      (message.tool_calls ?? []).map((call) => ({ call, answer: messages[index + 1] })),
    );
    expect(calls).toHaveLength(60);
    for (const { call, answer } of calls) {
      expect(names).toContain(call.function.name);
      expect(JSON.parse(call.function.arguments)).toHaveProperty("pattern");
      expect(answer).toMatchObject({ role: "tool", tool_call_id: call.id });
    }
  });

  test("the history holds what makes scanning slow: escapes and letters outside ASCII", () => {
    const body = text(input("big").body);
    expect(body.split("\\").length).toBeGreaterThan(5000);
    expect(body.match(/[\u4e00-\u9fff]/gu)?.length).toBeGreaterThan(2000);
  });
});

describe("upstream answers", () => {
  test("the message is a Messages answer with text", () => {
    const message = JSON.parse(text(upstreamMessage())) as { type: string; content: object[] };
    expect(message).toMatchObject({ type: "message", stop_reason: "end_turn" });
    expect(message.content).toMatchObject([{ type: "text" }]);
  });

  test("the stream is well formed, in the order of the Messages API, with 200 deltas", () => {
    const events = upstreamEvents().map((event) => {
      const match = /^event: (\w+)\ndata: ([^\n]+)\n\n$/.exec(text(event));
      const data = JSON.parse(match?.[2] ?? "null") as { type: string };
      expect(data.type).toBe(match?.[1]);
      return data.type;
    });
    const deltas = Array.from({ length: TEXT_DELTAS }, () => "content_block_delta");
    expect(events).toEqual([
      "message_start",
      "content_block_start",
      "ping",
      ...deltas,
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(TEXT_DELTAS).toBe(200);
    expect(EVENTS_PER_WRITE).toBe(4);
  });

  test("the headers are those of the real provider: twelve of rate limits and ten more", () => {
    const names = Object.keys(upstreamHeaders("json"));
    expect(names.filter((name) => name.startsWith("anthropic-ratelimit-"))).toHaveLength(12);
    expect(names).toHaveLength(22);
    expect(upstreamHeaders("paced")["content-type"]).toMatch(/^text\/event-stream/);
  });
});

describe("configurations", () => {
  const read = async (file: string): Promise<unknown> =>
    JSON.parse(await readFile(join(ROOT, file), "utf8"));

  test("the core row has no filter state and no response headers, and is the other without observability", async () => {
    const core = (await read("host-test/bench/config.core.json")) as Config;
    const all = (await read("host-test/bench/config.all.json")) as Config;
    expect(core.profile.observability).toEqual({ response_headers: "none", export: [] });
    const { observability } = core.profile;
    expect({ ...all, profile: { ...all.profile, observability } }).toEqual(core);
  });

  test("the other row exports everything that the schema knows", async () => {
    const all = (await read("host-test/bench/config.all.json")) as Config;
    const schema = (await read("docs/config.schema.json")) as {
      $defs: { observability: { properties: { export: { items: { enum: string[] } } } } };
    };
    const known = schema.$defs.observability.properties.export.items.enum;
    expect(all.profile.observability.export).toEqual(known);
  });
});

describe("checks before timing", () => {
  const small = input("small");
  const copied: Exchange = {
    upstreamPath: "/v1/messages",
    upstreamBody: text(small.body),
    status: 200,
    contentType: "application/json",
    clientBody: text(upstreamMessage()),
  };
  const answer = JSON.parse(copied.clientBody) as { content: { text: string }[] };
  const translated: Exchange = {
    ...copied,
    upstreamBody: JSON.stringify({
      max_tokens: 512,
      system: "You are a patient geography teacher.",
      messages: [{ role: "user", content: "Which rivers?" }],
    }),
    clientBody: JSON.stringify({
      object: "chat.completion",
      choices: [{ message: { content: answer.content[0]?.text }, finish_reason: "stop" }],
    }),
  };

  test("an untouched exchange is right for a filter that copies and wrong for one that translates", () => {
    expect(problemsOf("copies", small, copied)).toEqual([]);
    expect(problemsOf("translates", small, copied)).not.toEqual([]);
  });

  test("a translated exchange is right for a filter that translates and wrong for one that copies", () => {
    expect(problemsOf("translates", small, translated)).toEqual([]);
    expect(problemsOf("copies", small, translated)).not.toEqual([]);
  });

  test.each([
    ["a request that never reached the upstream", { upstreamPath: null }],
    ["an error status", { status: 500 }],
    ["an unchanged path", { upstreamPath: "/v1/chat/completions" }],
    ["lost text", { clientBody: translated.clientBody.replace("castle", "") }],
    ["another max_tokens", { upstreamBody: translated.upstreamBody.replace("512", "513") }],
  ])("%s is a problem", (_, change) => {
    expect(problemsOf("translates", small, { ...translated, ...change })).toHaveLength(1);
  });

  test("a stream without its end, with a changed delta or without one is a problem", () => {
    const deltas = upstreamEvents().flatMap((event) => {
      const match = /"text_delta","text":("(?:[^"\\]|\\.)*")/.exec(text(event));
      return match === null ? [] : [`data: {"choices":[{"delta":{"content":${match[1]}}}]}\n\n`];
    });
    const streamed = JSON.stringify({ ...JSON.parse(translated.upstreamBody), stream: true });
    const problems = (body: string): string[] =>
      problemsOf("translates", input("stream"), {
        ...translated,
        upstreamBody: streamed,
        contentType: "text/event-stream",
        clientBody: body,
      });
    expect(problems(`${deltas.join("")}data: [DONE]\n\n`)).toEqual([]);
    expect(problems(deltas.join(""))).toHaveLength(1);
    const changed = deltas.join("").replace("word0", "word9");
    expect(problems(`${changed}data: [DONE]\n\n`)).toEqual(["the streamed text differs"]);
    expect(problems(`${deltas.slice(1).join("")}data: [DONE]\n\n`)).not.toEqual([]);
  });
});

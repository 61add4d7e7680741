// A conversation of five turns with thinking and tools: what comes back upstream through the official clients.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { ensurePackages } from "../../scripts/python.mjs";
import { answerStream, streamOf } from "../harness/answers.ts";
import { documentedMerge, type Merged } from "../harness/documented.ts";
import { useRig, type Rig } from "../harness/rig.ts";
import { enqueueTurns, streamed, text, TURNS, type Block } from "../harness/turns.ts";

type Message = OpenAI.ChatCompletionMessageParam;

const PYTHON_CLIENT = "openai==2.54.0";
const AGENT = fileURLToPath(new URL("../harness/agent.py", import.meta.url));
const INSTALL_MS = 300_000;
/** Contents of the assistant turns in request `index` (from 0). */
function assistantTurns(rig: Rig, index: number): unknown[] {
  const body = Buffer.concat(rig.upstream.received[index]?.chunks ?? []).toString();
  const { messages } = JSON.parse(body) as { messages: { role: string; content: unknown }[] };
  return messages.filter(({ role }) => role === "assistant").map(({ content }) => content);
}

/** Every request after the first had all blocks of the turns before it, and one more was asked at the end. */
function expectAllTurns(rig: Rig): void {
  expect(rig.upstream.received).toHaveLength(TURNS.length + 1);
  rig.upstream.received.forEach((_, index) => {
    expect(assistantTurns(rig, index), `request ${index + 1}`).toEqual(TURNS.slice(0, index));
  });
}

const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: "function",
    function: {
      name: "get_weather",
      parameters: { type: "object", properties: { city: { type: "string" } } },
    },
  },
];
const REQUEST = { model: "claude-sonnet-4-5", reasoning_effort: "low", tools: TOOLS } as const;
const QUESTION: Message = { role: "user", content: "Weather in Oslo?" };

function openai(rig: Rig): OpenAI {
  const baseURL = `http://127.0.0.1:${rig.envoy.port}/v1`;
  return new OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0, timeout: 10_000 });
}

/** Sends messages, merges the chunks as the document says. */
async function ask(rig: Rig, messages: Message[]): Promise<Merged> {
  const merge = documentedMerge();
  const stream = await openai(rig).chat.completions.create({ ...REQUEST, messages, stream: true });
  const message: Merged = {};
  for await (const chunk of stream) merge(message, chunk.choices[0]?.delta ?? {});
  return message;
}

function resultsFor(message: Merged): Message[] {
  const calls = (message["tool_calls"] ?? []) as { id: string }[];
  return calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "Rain, 4 °C" }));
}

describe("five turns of thinking and tools", () => {
  const rig = useRig();

  test(
    "through the Python client's accumulator every block comes back upstream",
    { timeout: INSTALL_MS },
    async () => {
      const python = await ensurePackages(PYTHON_CLIENT.replace("==", "-"), [PYTHON_CLIENT]);
      enqueueTurns(rig());
      const base = `http://127.0.0.1:${rig().envoy.port}/v1`;
      const child = spawn(python, [AGENT, base], { stdio: ["ignore", "ignore", "pipe"] });
      let problems = "";
      child.stderr.setEncoding("utf8").on("data", (piece: string) => (problems += piece));
      const [code] = (await once(child, "close")) as [number | null];
      expect(problems).toBe("");
      expect(code).toBe(0);
      expectAllTurns(rig());
    },
  );

  test("through the Node client's chunks and the documented merge as well", async () => {
    enqueueTurns(rig());
    const messages: Message[] = [QUESTION];
    for (;;) {
      const message = await ask(rig(), messages);
      const results = resultsFor(message);
      messages.push(message as unknown as Message, ...results);
      if (results.length === 0) break;
    }
    await ask(rig(), [...messages, { role: "user", content: "Thanks" }]);
    expectAllTurns(rig());
  });

  test("each block that the Node client's own accumulator mangles is dropped and named", async () => {
    for (const turn of TURNS) {
      rig().upstream.reset();
      rig().upstream.enqueue(answerStream(streamOf(turn.map(streamed), "tool_use")));
      const stream = openai(rig()).chat.completions.stream({ ...REQUEST, messages: [QUESTION] });
      const message = await stream.finalMessage();
      const results = resultsFor(message as unknown as Merged);
      const messages: Message[] = [QUESTION, message, ...results, { role: "user", content: "Go" }];
      const sent = openai(rig()).chat.completions.create({ ...REQUEST, messages });
      const { response } = await sent.withResponse();
      expect(response.headers.get("x-bridge-adapted")).toContain("dropped:reasoning");
      const visible = turn.filter(({ type }) => type === "text" || type === "tool_use");
      expect(assistantTurns(rig(), 1)).toEqual([joinTexts(visible)]);
    }
  });
});

/** Texts that nothing separates any more are one block; a turn of one text is a string. */
function joinTexts(blocks: Block[]): unknown {
  const words = blocks.filter(({ type }) => type === "text").map((block) => block["text"]);
  const calls = blocks.filter(({ type }) => type === "tool_use");
  if (calls.length === 0) return words.join("");
  return words.length === 0 ? calls : [text(words.join("")), ...calls];
}

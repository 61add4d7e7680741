// The Responses surface through clients that keep their own idea of it: the official one in Python, and an agent framework.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Agent, run, setDefaultOpenAIClient, setTracingDisabled, tool } from "@openai/agents";
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { goldenCases, readCaseFile, type GoldenCase } from "../../host-test/golden/case.ts";
import { ensurePackages } from "../../scripts/python.mjs";
import { answerJson, answerStream, message, streamOf } from "../harness/answers.ts";
import { useRig, type Rig } from "../harness/rig.ts";
import { enqueueTurns, streamed, TURNS, type Block } from "../harness/turns.ts";

const PYTHON_CLIENT = "openai==3.51.0";
const AGENT = fileURLToPath(new URL("../harness/responses_agent.py", import.meta.url));
const TYPES = fileURLToPath(new URL("../harness/check_types.py", import.meta.url));
const INSTALL_MS = 300_000;
const MODEL = "claude-sonnet-4-5";

/** Runs a program of the Python client to its end; gives what it printed. */
async function python(args: readonly string[], input = ""): Promise<string> {
  const command = await ensurePackages(PYTHON_CLIENT.replace("==", "-"), [PYTHON_CLIENT]);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  let problems = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (output += piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (problems += piece));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  expect(problems).toBe("");
  expect(code).toBe(0);
  return output;
}

/** A file of a golden case as text; empty when it is not there. */
function textOf(golden: GoldenCase, file: string): string {
  return readCaseFile(golden, file)?.toString() ?? "";
}

interface Sent {
  messages: { role: string; content: Block[] | string }[];
  tools?: { name: string }[];
}

/** The body of request `index` as it went upstream. */
function sent(rig: Rig, index: number): Sent {
  const chunks = rig.upstream.received[index]?.chunks ?? [];
  return JSON.parse(Buffer.concat(chunks).toString()) as Sent;
}

describe("the Python client", () => {
  const rig = useRig();

  test(
    "creates, parses, counts, and brings every block back over five turns of thinking and tools",
    { timeout: INSTALL_MS },
    async () => {
      const city = { city: "Oslo", population: 717710 };
      const { upstream, envoy } = rig();
      const text = (words: string): Block[] => [{ type: "text", text: words }];
      upstream.enqueue(answerJson(200, message(text("Hello."), "end_turn")));
      upstream.enqueue(answerJson(200, message(text(JSON.stringify(city)), "end_turn")));
      upstream.enqueue(answerJson(200, { input_tokens: 14 }));
      enqueueTurns(rig());
      upstream.enqueue(answerStream(streamOf(text("Bye.").map(streamed))));
      const printed = await python([AGENT, `http://127.0.0.1:${envoy.port}/v1`]);
      expect(JSON.parse(printed)).toEqual({
        plain: "Hello.",
        parsed: city,
        counted: 14,
        last: "Bye.",
      });
      expect(upstream.received).toHaveLength(3 + TURNS.length + 1);
      TURNS.concat([[]]).forEach((_, index) => {
        const turns = sent(rig(), 3 + index).messages.filter(({ role }) => role === "assistant");
        expect(turns.map(({ content }) => content)).toEqual(TURNS.slice(0, index));
      });
    },
  );

  test(
    "every event and every answer of the goldens is one of its own types",
    { timeout: INSTALL_MS },
    async () => {
      const rows = goldenCases("responses").flatMap((golden) => {
        // Actions that only this upstream has keep its word for them (docs/responses.md, "Computer").
        if (golden.name === "computer-actions") return [];
        const events = textOf(golden, "client.sse");
        const answers = textOf(golden, "client.json");
        return [
          ...[...events.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => ({
            kind: "event",
            json,
          })),
          ...(answers.startsWith('{"id":"resp_') ? [{ kind: "response", json: answers }] : []),
        ].map(({ kind, json }) => ({
          name: golden.name,
          kind,
          value: JSON.parse(json ?? "") as unknown,
        }));
      });
      expect(rows.length).toBeGreaterThan(300);
      await python([TYPES], rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    },
  );
});

describe("an agent framework", () => {
  const rig = useRig();
  const calls: string[] = [];
  const toolOf = (name: string, answer: string): ReturnType<typeof tool> =>
    tool({
      name,
      description: `Tells the ${name} of a city.`,
      parameters: z.object({ city: z.string() }),
      execute: ({ city }) => {
        calls.push(`${name} ${city}`);
        return answer;
      },
    });
  const use = (id: string, name: string): Block => ({
    type: "tool_use",
    id,
    name,
    input: { city: "Oslo" },
  });
  const TURN: Block[] = [
    { type: "thinking", thinking: "Two things.", signature: "c2ln+/==" },
    use("toolu_1", "weather"),
    use("toolu_2", "time"),
  ];
  const LAST: Block[] = [{ type: "text", text: "Rain at noon." }];

  function agent(): Agent {
    const baseURL = `http://127.0.0.1:${rig().envoy.port}/v1`;
    setTracingDisabled(true);
    setDefaultOpenAIClient(new OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0 }));
    calls.length = 0;
    return new Agent({
      name: "Guide",
      model: MODEL,
      instructions: "Answer with the tools.",
      tools: [toolOf("weather", "Rain"), toolOf("time", "12:00")],
      modelSettings: { store: false, reasoning: { effort: "low", summary: "auto" } },
    });
  }

  function expectRun(): void {
    expect(calls).toEqual(["weather Oslo", "time Oslo"]);
    expect(rig().upstream.received).toHaveLength(2);
    expect(sent(rig(), 0).tools?.map(({ name }) => name)).toEqual(["weather", "time"]);
    const [, turn, results] = sent(rig(), 1).messages;
    expect(turn?.content).toEqual(TURN);
    expect(results?.content).toMatchObject([
      { type: "tool_result", tool_use_id: "toolu_1" },
      { type: "tool_result", tool_use_id: "toolu_2" },
    ]);
  }

  test("runs an agent with two tools, whole", async () => {
    const guide = agent();
    rig().upstream.enqueue(answerJson(200, message(TURN, "tool_use")));
    rig().upstream.enqueue(answerJson(200, message(LAST, "end_turn")));
    const result = await run(guide, "How is Oslo?");
    expect(result.finalOutput).toBe("Rain at noon.");
    expectRun();
  });

  test("runs an agent with two tools, streamed", async () => {
    const guide = agent();
    rig().upstream.enqueue(answerStream(streamOf(TURN.map(streamed), "tool_use")));
    rig().upstream.enqueue(answerStream(streamOf(LAST.map(streamed))));
    const result = await run(guide, "How is Oslo?", { stream: true });
    let text = "";
    for await (const event of result) {
      if (event.type === "raw_model_stream_event" && event.data.type === "output_text_delta")
        text += event.data.delta;
    }
    await result.completed;
    expect(text).toBe("Rain at noon.");
    expect(result.finalOutput).toBe("Rain at noon.");
    expectRun();
  });
});

// What the official client of the Responses API gets from the Messages API through a real Envoy.

import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { answerJson, answerStream, message, streamOf, textBlock } from "../harness/answers.ts";
import { useRig, type Rig } from "../harness/rig.ts";

const MODEL = "claude-opus-4-8";
const TOOL = {
  type: "function",
  name: "is_prime",
  parameters: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] },
  strict: false,
} as const;

function openai(rig: Rig): OpenAI {
  const baseURL = `http://127.0.0.1:${rig.envoy.port}/v1`;
  return new OpenAI({ apiKey: "sk-test", baseURL, maxRetries: 0, timeout: 10_000 });
}

describe("the official client", () => {
  const rig = useRig();

  /** The body of request `index` as it went upstream. */
  function sent(index: number): { messages: unknown[] } & Record<string, unknown> {
    const chunks = rig().upstream.received[index]?.chunks ?? [];
    return JSON.parse(Buffer.concat(chunks).toString()) as { messages: unknown[] };
  }

  test("creates a response", async () => {
    const response = await openai(rig()).responses.create({
      model: MODEL,
      instructions: "Be brief.",
      input: "Grüße 👋",
    });
    expect(response.output_text).toBe("You said: Grüße 👋");
    expect(response.usage?.total_tokens).toBeGreaterThan(0);
    expect(response.status).toBe("completed");
    expect(sent(0)["system"]).toBe("Be brief.");
  });

  test("streams a response, and its accumulator ends with the whole of it", async () => {
    const stream = openai(rig()).responses.stream({ model: MODEL, input: "one two three" });
    const pieces: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => pieces.push(delta));
    const response = await stream.finalResponse();
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join("")).toBe("You said: one two three");
    expect(response.output_text).toBe("You said: one two three");
    expect(response.usage?.output_tokens).toBe(5);
  });

  test("parses an answer that is bound to a schema", async () => {
    const text = '{"city":"Oslo","population":717710}';
    rig().upstream.enqueue(answerJson(200, message([{ type: "text", text }], "end_turn")));
    const schema = {
      type: "object",
      properties: { city: { type: "string" }, population: { type: "integer" } },
      required: ["city", "population"],
      additionalProperties: false,
    };
    const response = await openai(rig()).responses.parse({
      model: MODEL,
      input: "Largest city of Norway?",
      text: { format: { type: "json_schema", name: "city", schema, strict: true } },
    });
    expect(JSON.parse(response.output_text)).toEqual({ city: "Oslo", population: 717710 });
    expect(sent(0)).toMatchObject({ output_config: { format: { type: "json_schema", schema } } });
  });

  test("brings signed thinking back byte for byte over four turns without a server that remembers", async () => {
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "Is 1009 prime?" }];
    const blocks: object[] = [];
    for (let turn = 1; turn <= 4; turn++) {
      const content = [
        {
          type: "thinking",
          thinking: `Turn ${turn}: "\\n" ÿ\u{1f914}`,
          signature: `Sig${turn}+/==`,
        },
        { type: "redacted_thinking", data: `Data${turn}==` },
        { type: "tool_use", id: `toolu_0${turn}`, name: "is_prime", input: { n: turn } },
      ];
      rig().upstream.enqueue(answerJson(200, message(content, "tool_use")));
      const response = await openai(rig()).responses.create({
        model: MODEL,
        input,
        tools: [TOOL],
        reasoning: { effort: "high", summary: "auto" },
        include: ["reasoning.encrypted_content"],
        store: false,
      });
      blocks.push(...content);
      input.push(...(response.output as OpenAI.Responses.ResponseInputItem[]));
      const call = response.output.find((item) => item.type === "function_call");
      if (call === undefined) throw new Error("no call");
      input.push({ type: "function_call_output", call_id: call.call_id, output: "yes" });
    }
    rig().upstream.enqueue(answerJson(200, message([{ type: "text", text: "Yes." }], "end_turn")));
    const last = await openai(rig()).responses.create({ model: MODEL, input, tools: [TOOL] });
    expect(last.output_text).toBe("Yes.");
    const turns = sent(4).messages as { role: string; content: object[] }[];
    const back = turns.filter(({ role }) => role === "assistant").flatMap(({ content }) => content);
    expect(back).toEqual(blocks);
  });

  test("shows a search of the upstream with its citations", async () => {
    const query = { type: "input_json_delta", partial_json: '{"query":"oslo weather"}' };
    const citation = {
      type: "web_search_result_location",
      url: "https://example.org/oslo",
      title: "Oslo",
      encrypted_index: "x",
      cited_text: "9",
    };
    const found = {
      type: "web_search_result",
      url: citation.url,
      title: "Oslo",
      encrypted_content: "E",
    };
    const events = streamOf([
      {
        start: { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} },
        deltas: [query],
      },
      {
        start: { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [found] },
        deltas: [],
      },
      textBlock("Today: "),
      {
        start: { type: "text", text: "" },
        deltas: [
          { type: "citations_delta", citation },
          { type: "text_delta", text: "9 °C" },
        ],
      },
    ]);
    rig().upstream.enqueue(answerStream(events));
    const response = await openai(rig())
      .responses.stream({ model: MODEL, input: "Weather?", tools: [{ type: "web_search" }] })
      .finalResponse();
    expect(response.output).toMatchObject([
      { type: "web_search_call", status: "completed", action: { query: "oslo weather" } },
      {
        type: "message",
        content: [
          {
            text: "Today: 9 °C",
            annotations: [
              { type: "url_citation", start_index: 7, end_index: 11, url: citation.url },
            ],
          },
        ],
      },
    ]);
  });

  test("is told that nothing is stored", async () => {
    const client = openai(rig());
    const create = client.responses.create({
      model: MODEL,
      input: "And?",
      previous_response_id: "resp_1",
    });
    await expect(create).rejects.toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
    for (const stored of [
      client.responses.retrieve("resp_1"),
      client.responses.delete("resp_1"),
      client.responses.cancel("resp_1"),
    ]) {
      await expect(stored).rejects.toMatchObject({ status: 400, code: "unsupported_operation" });
    }
    expect(rig().upstream.received).toHaveLength(0);
  });
});

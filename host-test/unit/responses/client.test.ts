/**
 * Event sequences of the Responses surface as its official client takes them: its accumulator refuses what does not append, so
 * reading every golden through it checks the order of all events. And an answer is the same, whole or streamed.
 */
import OpenAI from "openai";
import { describe, expect, test } from "vitest";
import { goldenCases, readCaseFile, runCase, type GoldenCase } from "../../golden/case.ts";
import {
  answer,
  RESPONSES_HEADERS,
  Filter,
  parseSse,
  toBytes,
  withProfile,
  type SseItem,
} from "../../support/filter.ts";

interface Item {
  id: string;
  type: string;
}

interface Event {
  type: string;
  sequence_number: number;
  output_index?: number;
  item?: Item;
  response?: { status: string; output: Item[] };
}

function eventsOf(text: string): Event[] {
  return parseSse(text).flatMap((item: SseItem) => {
    if (!("data" in item)) return [];
    const event = JSON.parse(item.data) as Event;
    expect(item.event).toBe(event.type);
    return [event];
  });
}

const streams = goldenCases("responses").filter(
  (golden) => readCaseFile(golden, "client.sse") !== undefined,
);
const wholes = goldenCases("responses").filter(
  (golden) =>
    readCaseFile(golden, "upstream.json") !== undefined &&
    readCaseFile(golden, "exchange.json") === undefined,
);

/** Everything that the official client makes of a stream. */
async function readByClient(body: string): Promise<OpenAI.Responses.Response> {
  const client = new OpenAI({
    apiKey: "sk-test",
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(body, { status: 200, headers: { "content-type": "text/event-stream" } }),
      ),
  });
  const stream = client.responses.stream({ model: "m", input: "Hi" });
  return await stream.finalResponse();
}

describe("streams", () => {
  test("there are some", () => expect(streams.length).toBeGreaterThan(20));

  test.each(streams)(
    "$name: numbers run on, items append and end as the last event has them",
    (golden) => {
      const events = eventsOf(runCase(golden).client.text());
      expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
      const added = events.filter(({ type }) => type === "response.output_item.added");
      expect(added.map((event) => event.output_index)).toEqual(added.map((_, index) => index));
      const done: Item[] = [];
      for (const event of events) {
        if (event.type === "response.output_item.done")
          done[event.output_index as number] = event.item as Item;
      }
      const last = events.at(-1)?.response;
      if (last === undefined || last.status === "failed") return;
      expect(done).toEqual(last.output);
      const ids = last.output.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  test.each(streams.filter(isAnswered))("$name: the official client reads it", async (golden) => {
    const body = runCase(golden).client.text();
    const last = eventsOf(body).at(-1);
    expect(await readByClient(body)).toMatchObject(last?.response as object);
  });
});

/** Streams that end with an answer: the client raises on the others, as it should. */
function isAnswered(golden: GoldenCase): boolean {
  const text = readCaseFile(golden, "client.sse")?.toString() ?? "";
  return /^event: response\.(completed|incomplete)$/m.test(text);
}

describe("whole answers", () => {
  const filters = new Map<string, Filter>();
  const filterOf = (golden: GoldenCase): Filter => {
    const config = readCaseFile(golden, "config.json")?.toString() ?? "{}";
    const known = filters.get(config);
    if (known !== undefined) return known;
    const made = Filter.load({
      config: withProfile(JSON.parse(config) as Record<string, unknown>),
    });
    filters.set(config, made);
    return made;
  };

  test.each(wholes)("$name: its stream ends with the same response", (golden) => {
    const request = JSON.parse(readCaseFile(golden, "request.json")?.toString() ?? "") as object;
    const upstream = answer(readCaseFile(golden, "upstream.json") as Buffer);
    const filter = filterOf(golden);
    const run = (body: object): string =>
      filter
        .exchange({
          request: { headers: RESPONSES_HEADERS, body: toBytes(body) },
          response: upstream,
        })
        .client.text();
    const whole = JSON.parse(run({ ...request, stream: false })) as object;
    const events = eventsOf(run({ ...request, stream: true }));
    expect(events.at(-1)?.response).toEqual(whole);
  });
});

describe("room", () => {
  const config = withProfile({ limits: { max_accumulated_bytes: 200000 } });
  const filter = Filter.load({ config });
  const event = (type: string, rest: object = {}): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
  const stream = (pieces: number): string => {
    const text = { type: "text_delta", text: "x".repeat(1000) };
    const block = { index: 0, content_block: { type: "text", text: "" } };
    return [
      event("message_start", { message: { id: "msg_1", model: "m", content: [] } }),
      event("content_block_start", block),
      event("content_block_delta", { index: 0, delta: text }).repeat(pieces),
      event("content_block_stop", { index: 0 }),
      event("message_delta", { delta: { stop_reason: "end_turn" } }),
      event("message_stop"),
    ].join("");
  };
  const last = (pieces: number): Event | undefined => lastOf(stream(pieces));
  const lastOf = (events: string): Event | undefined => {
    const { client } = filter.exchange({
      request: {
        headers: RESPONSES_HEADERS,
        body: toBytes({ model: "claude-sonnet-4-5", input: "Hi", stream: true }),
      },
      response: {
        headers: [
          [":status", "200"],
          ["content-type", "text/event-stream"],
        ],
        body: toBytes(events),
      },
    });
    return eventsOf(client.text()).at(-1);
  };

  test("as do many items that say next to nothing", () => {
    const calls = (count: number): string =>
      Array.from({ length: count }, (_, index) => {
        const content_block = { type: "tool_use", id: `toolu_${index}`, name: "f", input: {} };
        return (
          event("content_block_start", { index, content_block }) +
          event("content_block_stop", { index })
        );
      }).join("");
    const failed = lastOf(
      event("message_start", { message: { id: "msg_1", model: "m", content: [] } }) + calls(9000),
    );
    expect(failed?.type).toBe("response.failed");
    expect(failed?.response).toMatchObject({
      error: { message: expect.stringContaining("max_accumulated_bytes") as string },
    });
  });

  test("an answer that fills the room is complete", () => {
    expect(last(200)?.type).toBe("response.completed");
  });

  test("one that needs more fails, and says so", () => {
    const failed = last(201);
    expect(failed?.type).toBe("response.failed");
    expect(failed?.response).toMatchObject({
      status: "failed",
      error: {
        code: "server_error",
        message: expect.stringContaining("max_accumulated_bytes") as string,
      },
    });
  });
});

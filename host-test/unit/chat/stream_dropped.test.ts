/** What a stream leaves out is counted: no header can name it any more. Decided by docs/observability.md, "Metrics". */
import { expect, test } from "vitest";
import { answerEvents, Filter, HELLO, withProfile } from "../../support/filter.ts";

const COUNTER = "bridge_stream_dropped_total";
const event = (type: string, rest: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

/** A stream of these blocks, each as its start alone. */
function streamOf(...blocks: object[]): string {
  return [
    event("message_start", { message: { id: "msg_1", model: "m", content: [] } }),
    ...blocks.flatMap((block, index) => [
      event("content_block_start", { index, content_block: block }),
      event("content_block_stop", { index }),
    ]),
    event("message_delta", { delta: { stop_reason: "end_turn" } }),
    event("message_stop", {}),
  ].join("");
}

const text = (words: string): object => ({ type: "text", text: words });
const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
const found = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
const schema = { type: "object", properties: {} };
const response_format = { type: "json_schema", json_schema: { name: "s", schema } };
const json = { type: "tool_use", id: "toolu_1", name: "json_response", input: { a: 1 } };

test("a stream that leaves nothing out counts nothing", () => {
  const filter = Filter.load();
  filter.chat({ ...HELLO, stream: true }, answerEvents(streamOf(text("Hi"))));
  expect(filter.host.metrics.value(COUNTER)).toBe(0);
});

test("blocks that are not shown count one each", () => {
  const filter = Filter.load();
  filter.chat({ ...HELLO, stream: true }, answerEvents(streamOf(search, found, text("Hi"))));
  expect(filter.host.metrics.value(COUNTER)).toBe(2);
});

test("texts beside a schema's tool call count one each", () => {
  const filter = Filter.load({ config: withProfile({ params: { structured_output: "tool" } }) });
  const answer = answerEvents(streamOf(text("Well: "), json, text("Done.")));
  filter.chat({ ...HELLO, stream: true, response_format }, answer);
  expect(filter.host.metrics.value(COUNTER)).toBe(2);
});

test("texts are withheld up to max_event_bytes; what is longer is sent at once", () => {
  const config = (max_event_bytes: number) =>
    withProfile({ params: { structured_output: "tool" }, limits: { max_event_bytes } });
  const sent = (length: number): string => {
    const filter = Filter.load({ config: config(400) });
    const pieces = [300, length - 300].map((size) => text("x".repeat(size)));
    const { client } = filter.chat(
      { ...HELLO, stream: true, response_format },
      answerEvents(streamOf(...pieces, json)),
    );
    return client.text();
  };
  expect(sent(400)).not.toContain("xxx");
  expect(sent(401)).toContain("xxx");
});

test("a profile without metrics counts nothing", () => {
  const filter = Filter.load({ config: withProfile({ observability: { metrics: false } }) });
  filter.chat({ ...HELLO, stream: true }, answerEvents(streamOf(search)));
  expect(filter.host.metrics.value(COUNTER)).toBe(0);
});

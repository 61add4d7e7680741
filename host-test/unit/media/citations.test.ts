/** Citations in long streams. Single cases are goldens: host-test/fixtures/chat/citations-*. */
import { describe, expect, test } from "vitest";
import { answerEvents, Filter, HELLO, parseSse, withProfile } from "../../support/filter.ts";

const CAP = 256 * 1024;
/** What the filter keeps of a citation besides its texts. */
const RECORD = 32;

interface Annotation {
  type: string;
  url_citation: { start_index: number; end_index: number; title: string; url: string };
}

const event = (value: { type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

/** A stream with one block and these cited pages. */
function streamOf(urls: readonly string[]): string {
  const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [] };
  const delta = (rest: object): string =>
    event({ type: "content_block_delta", index: 0, delta: rest } as { type: string });
  return [
    event({ type: "message_start", message } as { type: string }),
    event({
      type: "content_block_start",
      index: 0,
      content_block: { type: "text", text: "" },
    } as { type: string }),
    delta({ type: "text_delta", text: "cited" }),
    ...urls.map((url) =>
      delta({
        type: "citations_delta",
        citation: { type: "web_search_result_location", url, title: "", cited_text: "c" },
      }),
    ),
    event({ type: "content_block_stop", index: 0 } as { type: string }),
    event({
      type: "message_delta",
      delta: { stop_reason: "end_turn" },
      usage: { output_tokens: 1 },
    } as { type: string }),
    event({ type: "message_stop" }),
  ].join("");
}

/** All annotations of the answer, which must end as an answer does. */
function annotationsOf(urls: readonly string[], config?: object): Annotation[] {
  const filter = Filter.load(config === undefined ? {} : { config });
  const { client } = filter.chat({ ...HELLO, stream: true }, answerEvents(streamOf(urls)));
  const items = parseSse(client.text());
  expect(items.at(-1)).toEqual({ data: "[DONE]" });
  return items.flatMap((item) => {
    if (!("data" in item) || item.data === "[DONE]") return [];
    const chunk = JSON.parse(item.data) as {
      choices: { delta?: { annotations?: Annotation[] } }[];
    };
    return chunk.choices[0]?.delta?.annotations ?? [];
  });
}

/** A URL that takes `bytes` of the cap, its quotes and its empty title included. */
const urlOf = (bytes: number): string =>
  "https://example.com/".padEnd(bytes - RECORD - '""""'.length, "x");

describe("citations in a stream", () => {
  test("what fills the cap to the byte is sent, one byte more is not", () => {
    const parts = [urlOf(CAP / 4), urlOf(CAP / 4), urlOf(CAP / 4)];
    expect(annotationsOf([...parts, urlOf(CAP / 4)])).toHaveLength(4);
    expect(annotationsOf([...parts, urlOf(CAP / 4 + 1)])).toHaveLength(3);
  });

  test("each one that does not fit is counted when the stream ends", () => {
    const filter = Filter.load();
    const urls = [urlOf(1000), urlOf(CAP), urlOf(CAP), urlOf(100)];
    filter.chat({ ...HELLO, stream: true }, answerEvents(streamOf(urls)));
    expect(filter.host.metrics.value("bridge_stream_dropped_total")).toBe(2);
    filter.chat({ ...HELLO, stream: true }, answerEvents(streamOf([urlOf(100)])));
    expect(filter.host.metrics.value("bridge_stream_dropped_total")).toBe(2);
  });

  test("a citation that is too large does not keep smaller ones out", () => {
    const annotations = annotationsOf([urlOf(1000), urlOf(CAP), urlOf(100)]);
    expect(annotations.map(({ url_citation }) => url_citation.url)).toEqual([
      urlOf(1000),
      urlOf(100),
    ]);
  });

  test("where events must be small, citations leave room for what else a stream keeps", () => {
    const config = withProfile({ limits: { max_event_bytes: 4096 } });
    const urls = Array.from({ length: 1000 }, () => urlOf(560));
    expect(annotationsOf(urls, config)).toHaveLength(Math.floor(CAP / 560));
  });

  test("ten thousand citations end in one chunk of bounded size, and the answer is whole", () => {
    const urls = Array.from(
      { length: 10_000 },
      (_, i) => urlOf(100).slice(0, -5) + String(10_000 + i),
    );
    const annotations = annotationsOf(urls);
    expect(annotations).toHaveLength(Math.floor(CAP / 100));
    for (const [i, { type, url_citation }] of annotations.entries()) {
      expect(type).toBe("url_citation");
      expect(url_citation).toEqual({ start_index: 0, end_index: 5, title: "", url: urls[i] });
    }
  });
});

import { describe, expect, test } from "vitest";
import { EventReader, saidIn } from "../src/player/events.ts";
import { cutAnswer, delayOf, isJsonAnswer, PIECES, speedText } from "../src/player/pieces.ts";
import { ANSWERS } from "../src/samples/answers.ts";
import { firstState } from "../src/samples/requests.ts";
import { parseHeaders } from "../src/state/headers.ts";
import { fromFragment, LONG_LINK, toFragment } from "../src/state/share.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("links", () => {
  test("carry everything", async () => {
    const state = { ...firstState(), request: '{"text":"ünïcode 🌧️"}' };
    expect(await fromFragment(await toFragment(state))).toEqual(state);
  });

  test("of a sample are short enough to be passed on", async () => {
    expect((await toFragment(firstState())).length).toBeLessThan(LONG_LINK);
  });

  test("no fragment is no state", async () => {
    expect([await fromFragment(""), await fromFragment("#request")]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test.each(["#s=%%%", "#s=AAAA", "#s="])("%s cannot be read", async (fragment) => {
    await expect(fromFragment(fragment)).rejects.toThrow();
  });

  test("of another page are refused", async () => {
    const other = await toFragment({ hello: "world" } as unknown as ReturnType<typeof firstState>);
    await expect(fromFragment(other)).rejects.toThrow("something else");
  });
});

describe("pieces", () => {
  const stream = ANSWERS.tools?.text ?? "";

  test.each(PIECES.map(([value]) => value))("%s: all bytes, in order", (piece) => {
    const { pieces, sentChars } = cutAnswer(stream, piece, false);
    expect(pieces.map(text).join("").replaceAll("\uFFFD", "")).toBe(stream);
    expect(sentChars.at(-1)).toBe(stream.length);
  });

  test("an event is one piece", () => {
    const { pieces } = cutAnswer("data: 1\n\ndata: 2\n\n", "event", false);
    expect(pieces.map(text)).toEqual(["data: 1\n\n", "data: 2\n\n"]);
  });

  test("characters that are cut count when they are whole", () => {
    expect(cutAnswer("é!", "1", false).sentChars).toEqual([0, 1, 2]);
  });

  test("JSON is told by its first sign", () => {
    expect(
      Object.entries(ANSWERS).map(([key, answer]) => [key, isJsonAnswer(answer.text)]),
    ).toEqual(Object.keys(ANSWERS).map((key) => [key, /whole|overloaded|invalid/.test(key)]));
  });

  test("speeds", () => {
    expect([delayOf(0), delayOf(4), delayOf(10)]).toEqual([1000, 63, 0]);
    expect([speedText(0), speedText(4), speedText(10)]).toEqual([
      "1 piece/s",
      "16 pieces/s",
      "no pauses",
    ]);
  });
});

describe("the client's events", () => {
  const encode = (data: string): Uint8Array => new TextEncoder().encode(data);

  test("are complete ones only", () => {
    const reader = new EventReader();
    expect(reader.add(encode("event: a\nda"))).toEqual([]);
    expect(reader.add(encode("ta: 1\n\n: hello\n\n"))).toEqual([
      { name: "a", data: "1", said: "" },
      { name: undefined, data: ": hello", said: "" },
    ]);
    expect(reader.left).toBe("");
  });

  test.each([
    ['{"choices":[{"delta":{"content":"Hi"}}]}', "Hi"],
    ['{"choices":[{"delta":{"content":null}}]}', ""],
    ['{"choices":[{"text":"Hi"}]}', "Hi"],
    ['{"type":"response.output_text.delta","delta":"Hi"}', "Hi"],
    ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}', "Hi"],
    ['{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}', ""],
    ["[DONE]", ""],
    ["null", ""],
  ])("%s says %j", (data, said) => expect(saidIn(data)).toBe(said));
});

test("headers are lines", () => {
  expect(parseHeaders("Content-Type: a/b\n\n# no\nx-empty:\nbroken line\n: value\n")).toEqual({
    headers: [
      ["content-type", "a/b"],
      ["x-empty", ""],
    ],
    problems: [
      { line: 5, message: "a header is name: value" },
      { line: 6, message: "a header is name: value" },
    ],
  });
});

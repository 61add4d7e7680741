/** Images and files of any size and spelling. Single cases are goldens: host-test/fixtures/chat/media-*. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Filter } from "../../support/filter.ts";

const filter = Filter.load();

/** The Messages request that becomes of one user message with these parts, written as JSON text. */
function sent(parts: string): string {
  const { upstream, client } = filter.chat(
    Buffer.from(
      `{"model":"claude-opus-4-8","max_tokens":64,"messages":[{"role":"user","content":[${parts}]}]}`,
    ),
  );
  if (upstream.headers === undefined) throw new Error(client.text());
  return upstream.text();
}

interface Sent {
  messages: { content: { type: string; source: Record<string, string> }[] }[];
}

function blocks(parts: string): Sent["messages"][number]["content"] {
  return (JSON.parse(sent(parts)) as Sent).messages[0]?.content ?? [];
}

/** The same content of a JSON string, other spelling: some characters escaped that need not be. */
function respelled(text: string, choices: readonly number[]): string {
  let at = 0;
  const pick = (): number => choices[at++ % choices.length] ?? 0;
  const spelled = [...text].map((c) => {
    if (pick() % 4 > 0) return c;
    return c === "/" ? "\\/" : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return spelled.join("");
}

test.each([
  ["a.jpg", "image"],
  ["a.JPEG", "image"],
  ["a.png", "image"],
  ["a.gif", "image"],
  ["a.webp", "image"],
  ["jpg", "document"],
  ["a.pdf", "document"],
  ["a.txt", "document"],
])("a file named %s is an %s", (filename, type) => {
  const file = { file_id: "file_1", filename };
  expect(blocks(JSON.stringify({ type: "file", file }))[0]?.type).toBe(type);
});

describe("images", () => {
  test.each([
    ["as it stands", (data: string) => data],
    ["with every slash escaped", (data: string) => data.replaceAll("/", "\\/")],
  ])("20 MB of base64 are copied %s, into one output", (_name, spell) => {
    const fresh = Filter.load();
    const piece = Uint8Array.from({ length: 3 << 18 }, (_, i) => Math.imul(i, 2654435761) >>> 13);
    const data = spell(`/9j/${Buffer.from(piece).toString("base64").repeat(20)}`);
    const body = Buffer.from(
      `{"model":"claude-opus-4-8","max_tokens":64,"messages":[{"role":"user","content":[` +
        `{"type":"image_url","image_url":{"url":"data:image/png;base64,${data}"}}]}]}`,
    );
    const before = fresh.host.memoryBytes;
    const { upstream } = fresh.chat(body);
    const expected =
      `{"model":"claude-opus-4-8","max_tokens":64,"messages":[{"role":"user","content":[` +
      `{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"${data}"}}]}]}`;
    expect(Buffer.compare(upstream.body(), Buffer.from(expected))).toBe(0);
    // The body, the output, and what the records take.
    expect(fresh.host.memoryBytes - before).toBeLessThan(2.1 * body.length);
  });
});

describe("text files", () => {
  test("any text arrives as it is, however base64 and JSON spell it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 80 }),
        fc.array(fc.nat(7), { minLength: 5, maxLength: 9 }),
        (text, choices) => {
          fc.pre(text !== "");
          const data = respelled(Buffer.from(text).toString("base64"), choices);
          const [block] = blocks(
            `{"type":"file","file":{"file_data":"data:text\\/plain;base64,${data}"}}`,
          );
          expect(block?.source).toEqual({
            type: "text",
            media_type: "text/plain",
            data: Buffer.from(text).toString("utf8"),
          });
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });

  test("percent-encoded ones as well", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (text) => {
        const url = `data:text/plain,${encodeURIComponent(text)}`;
        const [block] = blocks(`{"type":"image_url","image_url":{"url":${JSON.stringify(url)}}}`);
        expect(block?.source.data).toBe(text);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  test("a large one leaves nothing behind", () => {
    const fresh = Filter.load();
    const text = "0123456789abcdef".repeat(1 << 16);
    const body = {
      model: "claude-opus-4-8",
      messages: [
        {
          role: "user",
          content: [
            {
              type: "file",
              file: { filename: "a.txt", file_data: Buffer.from(text).toString("base64") },
            },
          ],
        },
      ],
    };
    const { upstream } = fresh.chat(body);
    expect(upstream.text().includes(text)).toBe(true);
    for (let i = 0; i < 4; i++) fresh.chat(body);
    const grown = fresh.host.memoryBytes;
    for (let i = 0; i < 20; i++) fresh.chat(body);
    expect(fresh.host.memoryBytes).toBe(grown);
  });
});

describe("data URLs", () => {
  test.each([1023, 1024])("the head may have %i bytes in front of its comma, no more", (head) => {
    const name = "n".repeat(head - "data:image/png;name=;base64".length);
    const url = `data:image/png;name=${name};base64,iVBORw0KGgo=`;
    const part = `{"type":"image_url","image_url":{"url":"${url}"}}`;
    if (head < 1024) expect(blocks(part)[0]?.source.data).toBe("iVBORw0KGgo=");
    else expect(() => blocks(part)).toThrow("Expected a data URL");
  });
});

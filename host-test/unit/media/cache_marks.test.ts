/** Cache marks in any mixture. Single cases are goldens: host-test/fixtures/chat/cache-*. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Filter } from "../../support/filter.ts";

const filter = Filter.load();
const MARK = { type: "ephemeral" };

type Marking = "none" | "mark" | "breakpoint" | "both";
interface Piece {
  text: string;
  marking: Marking;
}

const piece: fc.Arbitrary<Piece> = fc.record({
  text: fc.constantFrom("a", "b", "", " \n"),
  marking: fc.constantFrom<Marking>("none", "none", "mark", "breakpoint", "both"),
});

/** A part; the number tells the marks of one request apart. */
function part({ text, marking }: Piece, number: number): object {
  const own = marking === "mark" || marking === "both";
  return {
    type: "text",
    text,
    ...(own ? { cache_control: { ...MARK, number } } : {}),
    ...(marking === "breakpoint" || marking === "both"
      ? { prompt_cache_breakpoint: { mode: "explicit" } }
      : {}),
  };
}

const message = fc.record({
  role: fc.constantFrom("user", "user", "assistant", "system"),
  pieces: fc.array(piece, { minLength: 1, maxLength: 5 }),
});

type Mark = { number?: number };

/** All marks of a Messages request, in the order in which they stand. */
function marksIn(value: unknown): Mark[] {
  if (Array.isArray(value)) return value.flatMap(marksIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === "cache_control" ? [member as Mark] : marksIn(member),
  );
}

function run(messages: object[]): { body: unknown; lost: boolean } {
  const { upstream, client } = filter.chat({
    model: "claude-sonnet-4-5",
    max_tokens: 64,
    messages,
  });
  if (upstream.headers === undefined) throw new Error(client.text());
  const adapted = client.header("x-bridge-adapted") ?? "";
  return {
    body: JSON.parse(upstream.text()) as unknown,
    lost: adapted.includes("dropped:cache_control"),
  };
}

describe("cache marks", () => {
  test("converted ones never bring a request above four, and what is lost is said", () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 8 }), (list) => {
        let number = 0;
        const messages = list.map(({ role, pieces }) => ({
          role,
          content: pieces.map((one) => part(one, number++)),
        }));
        const { body, lost } = run(messages);
        const marks = marksIn(body);
        const explicit = marks.filter((mark) => mark.number !== undefined).length;
        expect(marks.length).toBeLessThanOrEqual(Math.max(4, explicit));
        const written = list.flatMap(({ pieces }) => pieces);
        const asked = written.filter(({ marking }) => marking !== "none").length;
        if (asked > 0 && marks.length === 0) expect(lost).toBe(true);
        if (asked === 0) expect(marks).toEqual([]);
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  test("marks on visible parts of a user stay exactly there", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<Marking>("none", "mark"), { minLength: 1, maxLength: 9 }),
        (markings) => {
          const content = markings.map((marking, i) => part({ text: `t${i}`, marking }, i));
          const { body, lost } = run([{ role: "user", content }]);
          const [user] = (body as { messages: { content: unknown }[] }).messages;
          expect(user?.content).toEqual(content);
          expect(lost).toBe(false);
        },
      ),
      { seed: 9, numRuns: 200 },
    );
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sentenceOf, WORDS_WITH_MEMBERS } from "../src/explain/adaptations.ts";
import { compareBodies } from "../src/explain/compare.ts";
import { compareHeaders } from "../src/explain/headers.ts";
import { readJson, walk, type JsonNode } from "../src/explain/json.ts";
import { bodyLines } from "../src/explain/lines.ts";
import { notesOn } from "../src/explain/notes.ts";

function tree(value: unknown): JsonNode {
  const node = readJson(typeof value === "string" ? value : JSON.stringify(value));
  if (node === undefined) throw new Error("no JSON");
  return node;
}

/** Marks by path. */
function marks(client: unknown, upstream: unknown): Record<string, string> {
  const root = tree(upstream);
  const { marks: found } = compareBodies(tree(client), root);
  return Object.fromEntries(
    [...walk(root)].map((node) => {
      const mark = found.get(node);
      return [node.path, mark?.kind === "moved" ? `from ${mark.from}` : (mark?.kind ?? "none")];
    }),
  );
}

function notes(client: unknown, upstream: unknown, adapted = ""): string[] {
  const root = tree(upstream);
  return notesOn(root, compareBodies(tree(client), root), adapted).map(
    ({ kind, from, what, isLoss }) =>
      `${isLoss ? "! " : ""}${kind} ${from === undefined ? "" : `${from} → `}${what}`,
  );
}

describe("reading JSON", () => {
  test("bytes of values stay as they are written", () => {
    const root = tree('{"a": 1.50, "b": "\\u0041", "c": [ ]}');
    expect(root.children.map(({ raw }) => raw)).toEqual(["1.50", '"\\u0041"', "[ ]"]);
  });

  test("paths are those of the filter's errors", () => {
    const paths = [...walk(tree({ messages: [{ role: "user" }] }))].map(({ path }) => path);
    expect(paths).toEqual(["", "messages", "messages[0]", "messages[0].role"]);
  });

  test("of a member that stands twice the last one counts", () => {
    expect(tree('{"a":1,"b":2,"a":3}').children.map(({ raw }) => raw)).toEqual(["2", "3"]);
  });

  test("what is no JSON is none", () => {
    expect(["", "{", '{"a":1}}', "{'a':1}"].map(readJson)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("where a value comes from", () => {
  test("the same place, another place, a new one, a changed one", () => {
    const client = { model: "m", stop: ["a"], temperature: 1.3 };
    const upstream = { model: "m", max_tokens: 5, stop_sequences: ["a"], temperature: 1 };
    expect(marks(client, upstream)).toMatchObject({
      model: "same",
      max_tokens: "new",
      stop_sequences: "from stop",
      temperature: "changed",
    });
  });

  test("arguments are unpacked, also empty ones", () => {
    const client = { tool_calls: [{ arguments: '{"city": "Oslo"}' }, { arguments: "" }] };
    const upstream = { content: [{ input: { city: "Oslo" } }, { input: {} }] };
    expect(marks(client, upstream)).toMatchObject({
      "content[0].input": "from tool_calls[0].arguments",
      "content[1].input": "from tool_calls[1].arguments",
    });
  });

  test("a lone stop word is a list there", () => {
    expect(marks({ stop: "X" }, { stop_sequences: ["X"] }).stop_sequences).toBe("from stop");
  });

  test("each of two equal values comes from its own", () => {
    const client = { tool_calls: [{ id: "toolu_0001" }, { id: "toolu_0001" }] };
    const upstream = { content: [{ use: "toolu_0001" }, { use: "toolu_0001" }] };
    expect(marks(client, upstream)).toMatchObject({
      "content[0].use": "from tool_calls[0].id",
      "content[1].use": "from tool_calls[1].id",
    });
  });

  test("the payload of a data URL", () => {
    const client = { url: "data:image/png;base64,iVBORw0K" };
    expect(marks(client, { data: "iVBORw0K" }).data).toBe("from url");
  });

  test("a number says nothing about where it comes from", () => {
    expect(marks({ seed: 7 }, { max_tokens: 7 }).max_tokens).toBe("new");
  });

  test("another index is the same place", () => {
    const client = {
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "hello" },
      ],
    };
    expect(marks(client, { messages: [{ role: "user", content: "hello" }] })["messages[0]"]).toBe(
      "same",
    );
  });

  test("without a client's body everything is new", () => {
    const root = tree({ a: 1 });
    expect([...compareBodies(undefined, root).marks.values()].map(({ kind }) => kind)).toEqual([
      "new",
      "new",
    ]);
  });
});

describe("notes", () => {
  test("what was dropped, with the filter's own word first", () => {
    const client = { model: "m", seed: 7, stream_options: { include_usage: true } };
    expect(notes(client, { model: "m" }, "dropped:seed")).toEqual([
      "! dropped seed",
      "dropped stream_options",
    ]);
  });

  test("what is not done as asked stands before what is merely gone", () => {
    const client = { temperature: 1.3, stream_options: {} };
    expect(notes(client, { temperature: 1 }, "clamped:temperature")).toEqual([
      "! changed temperature: 1.3 → 1",
      "dropped stream_options",
    ]);
  });

  test("a word that no place speaks of stands by itself", () => {
    expect(notes({ model: "m" }, { model: "m" }, "renamed:tools, dropped:by_route")).toEqual([
      "! dropped by_route",
      "! changed tools",
    ]);
  });

  test("members that moved together are one note", () => {
    const client = {
      tools: [{ function: { name: "get_weather", description: "Weather of a city" } }],
    };
    const upstream = { tools: [{ name: "get_weather", description: "Weather of a city" }] };
    expect(notes(client, upstream)).toEqual(["renamed tools[].function → tools[]"]);
  });

  test("members of one parent that went for one reason are one note", () => {
    const client = { model: "m", schema: { parameters: { a: 1, minimum: 2, maximum: 3 } } };
    expect(notes(client, { model: "m", schema: { parameters: { a: 1 } } })).toEqual([
      "dropped schema.parameters.minimum, maximum",
    ]);
  });

  test("a changed value shows both", () => {
    expect(notes({ model: "gpt-4o" }, { model: "claude" })).toEqual([
      'changed model: "gpt-4o" → "claude"',
    ]);
  });

  test("every word of the filter has a sentence, and members are those of a word", () => {
    const tables = JSON.parse(
      readFileSync(new URL("../../scripts/tables/keywords.json", import.meta.url), "utf8"),
    ) as { enum: string; words: Record<string, string> }[];
    const words = tables.find((table) => table.enum === "Adaptation")?.words ?? {};
    const known = Object.values(words);
    expect(known.filter((word) => sentenceOf(word) === undefined)).toEqual([]);
    expect(WORDS_WITH_MEMBERS.filter((word) => !known.includes(word))).toEqual([]);
  });
});

test("lines keep the spelling and carry the marks", () => {
  const root = tree('{"a":{"b":1.0},"c":[]}');
  const lines = bodyLines(root, compareBodies(tree({ c: [] }), root));
  const text = lines.map(
    ({ indent, tokens }) => " ".repeat(indent) + tokens.map((token) => token.text).join(""),
  );
  expect(text).toEqual(["{", ' "a": {', '  "b": 1.0', " },", ' "c": []', "}"]);
  expect(lines.map(({ mark }) => mark.kind)).toEqual(["same", "new", "new", "new", "same", "same"]);
});

test("headers: the same, changed, injected, removed", () => {
  const client: [string, string][] = [
    [":path", "/v1/chat/completions"],
    ["content-type", "application/json"],
    ["authorization", "Bearer a"],
  ];
  const upstream: [string, string][] = [
    [":path", "/v1/messages"],
    ["content-type", "application/json"],
    ["x-api-key", "a"],
  ];
  expect(compareHeaders(client, upstream).map(({ kind, name, was }) => [kind, name, was])).toEqual([
    ["changed", ":path", "/v1/chat/completions"],
    ["same", "content-type", undefined],
    ["injected", "x-api-key", undefined],
    ["removed", "authorization", undefined],
  ]);
});

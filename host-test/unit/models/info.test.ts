import { describe, expect, it } from "vitest";
import { CELLS, ModelProbe, readTable, traitsOf, type Info, type Traits } from "./table.ts";

const table = readTable();
const models = new ModelProbe();

/** Traits without any configuration. */
const plain = (id: string) => models.find(id);

describe("two names", () => {
  it.each([
    ["the same name", "claude-opus-4-5", "claude-opus-4-5", "claude-opus-4-5"],
    ["an alias to another family", "claude-3-5-sonnet", "claude-sonnet-4-6", "claude-sonnet-4-6"],
    ["a deployment", "claude-opus-4-5", "my-opus", "claude-opus-4-5"],
    ["an alias of the gateway's own", "smart", "claude-opus-4-5", "claude-opus-4-5"],
    ["a new model behind a known name", "claude-opus-4-5", "claude-opus-9", "claude-opus-4-5"],
    ["a new model behind an own name", "smart", "claude-opus-9", "claude-opus-9"],
    ["a deployment of a new model", "claude-opus-9", "my-opus", "claude-opus-9"],
    ["two names that say nothing", "smart", "my-opus", "my-opus"],
  ])("%s: %s sent as %s is %s", (_what, asked, sent, family) => {
    expect(models.resolve([], asked, sent)).toEqual(plain(family));
  });
});

describe("model_info", () => {
  it("`like` gives an opaque name the row of a known model", () => {
    const info: Info[] = [{ match: ["my-*"], like: "claude-opus-4-7" }];
    expect(models.resolve(info, "my-opus")).toEqual(plain("claude-opus-4-7"));
    expect(models.resolve(info, "smart", "my-opus")).toEqual(plain("claude-opus-4-7"));
    expect(models.resolve(info, "my-opus", "x")).toEqual(plain("claude-opus-4-7"));
    expect(models.resolve(info, "your-opus")).toEqual(plain("your-opus"));
  });

  it("the first row that matches counts, by any of its globs, and no other", () => {
    const info: Info[] = [
      { match: ["a-*", "*-B"], like: "claude-3-haiku" },
      { match: ["*"], like: "claude-opus-4-7", cells: { prefill: 1 } },
    ];
    expect(models.resolve(info, "a-b")).toEqual(plain("claude-3-haiku"));
    expect(models.resolve(info, "x-b")).toEqual(plain("claude-3-haiku"));
    expect(models.resolve(info, "x")).toEqual({ ...plain("claude-opus-4-7"), prefill: 1 });
  });

  it("an earlier row wins even when a later one matches the other name", () => {
    const info: Info[] = [
      { match: ["sent"], like: "claude-3-haiku" },
      { match: ["asked"], like: "claude-opus-4-7" },
    ];
    expect(models.resolve(info, "asked", "sent")).toEqual(plain("claude-3-haiku"));
  });

  it("a `like` that is no known model stays a guess", () => {
    const info: Info[] = [{ match: ["*"], like: "claude-opus-9" }];
    expect(models.resolve(info, "claude-3-haiku")).toEqual(
      traitsOf(table.unknown_claude, "claude", "anthropic"),
    );
  });

  const changes: Required<Info>["cells"][] = [
    { windowStops: 1 },
    { thinking: 1 },
    { sampling: 1 },
    { efforts: 9 },
    { prefill: 1 },
    { midSystem: 1 },
    { forcedChoice: 0 },
    { schemaOutput: 1 },
    { strictTools: 1 },
    { interleaved: 0 },
  ];

  it.each(changes)("%o changes that cell and no other", (cells) => {
    const before = plain("my-opus");
    const [name] = Object.keys(cells) as (keyof Traits)[];
    const after = models.resolve([{ match: ["my-opus"], cells }], "my-opus");
    expect(before[name]).not.toBe(after[name]);
    expect(after).toEqual({ ...before, ...cells });
  });

  it("a maximum that the configuration gives is not a guess", () => {
    const after = models.resolve([{ match: ["*"], cells: { maxOutput: 5000 } }], "my-opus");
    expect(after).toEqual({ ...plain("my-opus"), maxOutput: 5000, known: 1 });
  });

  it.each([
    [0, 0, 0],
    [1, 1, 0],
    [2, 1, 1],
  ])("thinking_default %i", (thinkingDefault, onByDefault, always) => {
    const cells = { thinkingDefault };
    for (const id of ["claude-3-7-sonnet", "claude-fable-5"]) {
      expect(models.resolve([{ match: ["*"], cells }], id)).toEqual({
        ...plain(id),
        thinkingDefault: onByDefault,
        thinkingAlways: always,
      });
    }
  });

  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [2, 1, 1],
  ])("history_needs_thinking %i", (cell, onAnthropic, onBedrock) => {
    const info: Info[] = [{ match: ["*"], cells: { historyNeedsThinking: cell } }];
    const needs = (provider: "anthropic" | "bedrock") =>
      models.resolve(info, "x", "x", provider).historyNeedsThinking;
    expect([needs("anthropic"), needs("bedrock")]).toEqual([onAnthropic, onBedrock]);
  });

  it("has a test for every cell", () => {
    const tested = [...changes.flatMap((cells) => Object.keys(cells))];
    tested.push("maxOutput", "thinkingDefault", "historyNeedsThinking");
    expect(tested.sort()).toEqual(Object.keys(CELLS).sort());
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelProbe, PROVIDERS, readTable, traitsOf, type Provider } from "./table.ts";

const table = readTable();
const models = new ModelProbe();
const providers = Object.keys(PROVIDERS) as Provider[];

/** What the row of `family` says; fails when no row has it. */
function known(family: string, provider: Provider = "anthropic") {
  const row = table.rows.find((candidate) => candidate.families?.includes(family));
  if (row === undefined) throw new Error(`${family} is in no row`);
  return traitsOf(row, "", provider);
}

const unknownClaude = traitsOf(table.unknown_claude, "claude", "anthropic");
const opaque = traitsOf(table.opaque, "opaque", "anthropic");

describe("families", () => {
  const families = table.rows.flatMap((row) => row.families ?? []);

  it.each(families)("%s has the cells of its row on every provider", (family) => {
    for (const provider of providers) {
      expect(models.find(family, provider)).toEqual(known(family, provider));
    }
  });

  it.each(families)("%s is found behind every spelling that a provider has for it", (family) => {
    const spellings = [
      `anthropic/${family}`,
      `openrouter/anthropic/${family}`,
      `${family}-20250929`,
      `${family}@20250929`,
      `${family}@default`,
      `${family}-latest`,
      `anthropic.${family}-20250929-v1:0`,
      `anthropic.${family}-v2:1:200k`,
      `databricks-${family}`,
      `system.ai.${family}`,
      `system.ai.databricks-${family}`,
      `publishers/anthropic/models/${family}@20250929`,
      `${family}[1m]`,
      family.toUpperCase(),
      family.replace(/(\d)-(?=\d)/g, "$1."),
      ...table.prefixes.map((prefix) => `${prefix}anthropic.${family}`),
      `arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.${family}-v1:0`,
      `arn:aws:bedrock:us-east-1::foundation-model/anthropic.${family}-20250929-v1:0`,
      `arn:aws:bedrock:us-east-1:1:anthropic.${family}`,
    ];
    for (const id of spellings) expect(models.find(id), id).toEqual(known(family));
  });
});

it("finds the same again, whatever was looked for in between", () => {
  const long = `arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/${"x".repeat(40)}`;
  const families = table.rows.flatMap((row) => row.families ?? []);
  // Same lengths next to each other, names on both sides of what is kept, and none at all.
  const names = [
    ...families,
    ...families.map((name) => `${name}x`),
    long,
    "a".repeat(64),
    "a".repeat(65),
    "",
  ];
  const asked = names
    .map((name) => ({ name, traits: new ModelProbe().find(name) }))
    .sort((a, b) => a.name.length - b.name.length);
  for (const { name, traits } of [
    ...asked,
    ...asked.flatMap((one) => [one, one]),
    ...asked.reverse(),
  ])
    expect(models.find(name), name).toEqual(traits);
});

describe("real names", () => {
  it.each([
    ["claude-3-5-sonnet", "claude-3-5"],
    ["claude-3-5-sonnet-v2@20241022", "claude-3-5"],
    ["anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5"],
    ["claude-3-haiku-20240307", "claude-3-haiku"],
    ["anthropic.claude-3-sonnet-20240229-v1:0:28k", "claude-3-sonnet"],
    ["databricks-claude-3-7-sonnet", "claude-3-7"],
    ["claude-3-7-sonnet-latest", "claude-3-7"],
    ["claude-2.1", "claude-2-1"],
    ["anthropic.claude-v2:1", "claude-v2"],
    ["anthropic.claude-instant-v1", "claude-instant"],
    ["claude-sonnet-4-20250514", "claude-sonnet-4"],
    ["claude-sonnet-4-20250514-thinking", "claude-sonnet-4"],
    ["claude-opus-4-0", "claude-opus-4-0"],
    ["us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"],
    ["claude-opus-4-5@20251101", "claude-opus-4-5"],
    ["claude-opus-4-6@default", "claude-opus-4-6"],
    ["anthropic.claude-opus-4-6-v1", "claude-opus-4-6"],
    ["claude-opus-4-6-fast", "claude-opus-4-6"],
    ["claude-sonnet-4-6-1m", "claude-sonnet-4-6"],
    ["ca.anthropic.claude-opus-4-7", "claude-opus-4-7"],
    ["claude-mythos-preview", "claude-mythos-preview"],
  ])("%s is %s", (id, family) => {
    expect(models.find(id)).toEqual(known(family));
  });

  it("a refusal of history without thinking depends on the provider from 4.5 on only", () => {
    const needs = (id: string) => providers.map((p) => models.find(id, p).historyNeedsThinking);
    expect(needs("claude-sonnet-4")).toEqual([1, 1, 1, 1, 1, 1]);
    expect(needs("claude-sonnet-4-5")).toEqual([0, 1, 1, 1, 1, 1]);
    expect(needs("claude-sonnet-4-6")).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("guesses", () => {
  it.each([
    "claude-opus-4-9",
    "claude-opus-6",
    "claude-sonnet-4-5-1",
    "claude-fable-5.9",
    "claude-opus-45",
    "claude-opus-4x",
    "claude-opus-4.",
    "claude-opus-4-",
    "claude-latest",
    "anthropic.claude-20250929-v1:0",
    "claude-3",
    "claude-3-9-sonnet",
    "claude-",
    "claude-next",
    "us.anthropic.claude-haiku-6-20270101-v1:0",
  ])("%s is a Claude model that the table does not have", (id) => {
    expect(models.find(id)).toEqual(unknownClaude);
  });

  it.each([
    "",
    "/",
    "claude-opus-4-5/",
    "claude",
    "claude-opus-4-5/my-deployment",
    "my-opus",
    "my-claude-opus-4-5",
    "gpt-4o",
    "@",
    ":0",
    "anthropic.",
    "us.",
    "arn:",
    "arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2c3d4e5f6",
    "-latest",
    "-20250929",
    "-v1",
  ])("%j says nothing", (id) => {
    expect(models.find(id)).toEqual(opaque);
  });

  it("a name of 256 bytes is read, one of 257 is not", () => {
    const behind = (total: number) => `claude-opus-4-5-${"x".repeat(total - 16)}`;
    expect(models.find(behind(256))).toEqual(known("claude-opus-4-5"));
    expect(models.find(behind(257))).toEqual(opaque);
    expect(models.find("a/".repeat(5_000_000))).toEqual(opaque);
  });

  it("an opaque name is taken for a new Claude model where prefill and thinking are decided", () => {
    const names = ["thinking", "thinkingDefault", "thinkingAlways", "efforts", "prefill"] as const;
    for (const name of names) expect(opaque[name], name).toBe(unknownClaude[name]);
    expect([opaque.known, unknownClaude.known]).toEqual([0, 0]);
  });
});

describe("any bytes", () => {
  const word = fc.constantFrom(
    ...[
      "claude-",
      "opus",
      "sonnet",
      "-4",
      "-4-5",
      ".",
      "-",
      "/",
      ":",
      "@",
      "[",
      "arn:",
      "-v",
      "-v1",
    ],
    ...["-latest", "-20250929", "9", "2", "us.", "anthropic.", "databricks-", "system.ai.", "\xff"],
  );
  const id = fc.oneof(
    fc.array(word, { maxLength: 24 }).map((words) => words.join("")),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );

  it("never trap, and are one of the table's rows", () => {
    const rows = [...table.rows.map((row) => traitsOf(row, "", "bedrock"))];
    rows.push(traitsOf(table.unknown_claude, "claude", "bedrock"));
    rows.push(traitsOf(table.opaque, "opaque", "bedrock"));
    fc.assert(
      fc.property(id, (text) => {
        expect(rows).toContainEqual(models.find(text, "bedrock"));
      }),
      { numRuns: 3000, seed: 20261121 },
    );
  });

  it("give the same answer whatever case they have", () => {
    fc.assert(
      fc.property(id, (text) => {
        const upper = text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
        expect(models.find(upper)).toEqual(models.find(text));
      }),
      { numRuns: 1000, seed: 20261121 },
    );
  });
});

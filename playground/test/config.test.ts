import { readFileSync } from "node:fs";
import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, test } from "vitest";
import { completeConfig, describeKey, placeOfLine } from "../src/config/complete.ts";
import { environmentOf, parseConfig } from "../src/config/parse.ts";
import { placeInText, placeOf, stepsOf } from "../src/config/place.ts";
import type { Schema } from "../src/config/schema.ts";
import { PRESETS } from "../src/samples/configs.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../docs/config.schema.json", import.meta.url), "utf8"),
) as Schema;

/** Labels that are offered at the sign `|` of a text. */
function offered(text: string): string[] {
  const pos = text.indexOf("|");
  const state = EditorState.create({ doc: text.replace("|", "") });
  const result = completeConfig(schema, new CompletionContext(state, pos, true));
  return result?.options.map(({ label }) => label) ?? [];
}

/** The text at which an error with this path is shown. */
function pointedAt(text: string, path: string): string {
  const { from, to } = placeOf(parseConfig(text).document, path);
  return text.slice(from, to);
}

describe("parsing", () => {
  test("YAML becomes JSON, and JSON stays it", () => {
    expect(parseConfig("version: 1\nprofile: {}\n").json).toBe('{"version":1,"profile":{}}');
    expect(parseConfig('{"version":1}').json).toBe('{"version":1}');
  });

  test.each([
    ["", "a configuration is needed"],
    ["just words", "a configuration is an object"],
  ])("%j is refused", (text, message) => {
    const { json, problems } = parseConfig(text);
    expect([json, problems.map((problem) => problem.message)]).toEqual([undefined, [message]]);
  });

  test("YAML that breaks off names the place", () => {
    const { json, problems } = parseConfig("version: 1\nprofile: {provider: [\n");
    expect(json).toBeUndefined();
    expect(problems[0]?.from).toBeGreaterThan(10);
  });

  test("a key that stands twice is a problem", () => {
    expect(parseConfig("version: 1\nversion: 1\n").problems).toHaveLength(1);
  });

  test("every environment variable gets a stand-in", () => {
    const json = '{"profile":{"auth":{"keys":[{"env":"A"},{"env":"B"}]}}}';
    expect(environmentOf(json)).toEqual({ A: "value-of-A", B: "value-of-B" });
  });
});

describe("places of errors", () => {
  const text =
    "version: 1\nprofile:\n  prefil: {}\n  auth:\n    keys:\n      - name: a\n        env: KEY\n";

  test.each([
    ["$.profile.prefil", "prefil"],
    ["$.profile.auth.keys[0].env", "env"],
    ["$.profile.auth.keys[0].weight", "n"],
    ["$.profile.missing", "profile"],
  ])("%s", (path, expected) => expect(pointedAt(text, path)).toBe(expected));

  test("quoted keys may hold dots", () => {
    expect(stepsOf('$.aliases["gpt-4.1"][2]')).toEqual(["aliases", "gpt-4.1", 2]);
  });

  test("a parameter of a request", () => {
    const request = '{"messages": [{"role": "wizard"}]}';
    const { from, to } = placeInText(request, "messages[0].role");
    expect(request.slice(from, to)).toBe('"role"');
  });
});

describe("completion", () => {
  test("keys of the top level, without those that are there", () => {
    const labels = offered("version: 1\n|");
    expect(labels).toContain("profile");
    expect(labels).not.toContain("version");
  });

  test("keys of an object, by indentation", () => {
    expect(offered("version: 1\nprofile:\n  auth:\n    m|")).toContain("mode");
    expect(offered("version: 1\nprofile:\n  auth:\n    mode: client\n  |")).toContain("provider");
  });

  test("keys of a list's item, also when the list is not indented", () => {
    const item = "profile:\n  auth:\n    keys:\n";
    expect(offered(`${item}      - name: a\n        |`)).toContain("env");
    expect(offered(`${item}    - n|`)).toContain("name");
  });

  test("items have keys of their own", () => {
    expect(
      offered("profile:\n  auth:\n    keys:\n      - name: a\n        env: A\n      - |"),
    ).toContain("env");
  });

  test("keys below names of one's own", () => {
    expect(offered("version: 1\nprofiles:\n  team_a:\n    |")).toContain("provider");
  });

  test("values of a choice", () => {
    expect(offered("profile:\n  provider:\n    type: |")).toEqual(
      expect.arrayContaining(["anthropic", "bedrock", "vertex"]),
    );
    expect(offered("profile:\n  auth:\n    mode: cl|")).toContain("client");
  });

  test("nothing inside comments and flow style", () => {
    expect(offered("# |")).toEqual([]);
    expect(offered("profile: { |")).toEqual([]);
  });

  test("a key is explained", () => {
    const { doc } = EditorState.create({
      doc: "version: 1\nprofile:\n  auth:\n    mode: client\n",
    });
    expect(describeKey(schema, doc, 4)).toMatch(/\w/);
    expect(placeOfLine(doc, 4)).toEqual({ path: ["profile", "auth"], siblings: new Set() });
  });
});

test("presets differ, so that the page knows which one is shown", () => {
  const texts = Object.values(PRESETS).map(({ text }) => text);
  expect(new Set(texts).size).toBe(texts.length);
});

// Paths over documents: questions, cuts, and the features of Messages bodies; cuts against a plain reading in JavaScript.
import { describe, expect, test } from "vitest";
import { Random } from "../../fuzz/random.ts";
import { Probe, utf8 } from "../../support/probe.ts";

const CUT = 0;
const EXISTS = 1;
const NON_EMPTY = 2;
const EQUALS = 3;
const PREFIX = 4;

interface Question {
  path: string;
  test: number;
  /** Equals: a JSON token; Prefix: the beginning; Cut: a glob for `member`. */
  text?: string;
  member?: string;
}

const probe = new Probe();
const x = probe.exports;
const out = x.makeWriter();

function open(questions: Question[]): number {
  const set = x.pathsOpen();
  for (const { path, test: kind, text, member } of questions) {
    const bytes = utf8(path);
    if (x.pathsAdd(set, probe.put(bytes), bytes.length, kind) === 0)
      throw new Error(`no path: ${path}`);
    if (text !== undefined) x.pathsText(set, probe.put(utf8(text)), utf8(text).length);
    if (member !== undefined) x.pathsMember(set, probe.put(utf8(member)), utf8(member).length);
  }
  return set;
}

function hits(document: string, questions: Question[]): boolean[] {
  const set = open(questions);
  const bytes = utf8(document);
  x.pathsWalk(set, probe.put(bytes), bytes.length);
  return questions.map((_, index) => x.pathsHit(set, index) !== 0);
}

function cut(document: string, questions: Question[]): string {
  const set = open(questions);
  const bytes = utf8(document);
  x.writerBegin(out, bytes.length, 1 << 24);
  x.writerPut(out, probe.put(bytes), bytes.length);
  x.pathsCut(set, out);
  return Buffer.from(probe.written(out)).toString();
}

const cuts = (...paths: string[]): Question[] => paths.map((path) => ({ path, test: CUT }));

describe("questions", () => {
  const document = String.raw`{"a":{"b":[{"c":"x"},{"c":"h\u0065y","d":null}]},"e":[],"f":[ ],"g":"","n":1.0,"\u0068":true,"m":[[{"k":1}]]}`;
  test.each<[Question, boolean]>([
    [{ path: "a.b[].c", test: EQUALS, text: '"x"' }, true],
    [{ path: "a.b[].c", test: EQUALS, text: '"hey"' }, true],
    [{ path: "a.b[].c", test: EQUALS, text: '"he"' }, false],
    [{ path: "a.b[].c", test: PREFIX, text: "he" }, true],
    [{ path: "a.b[].d", test: EXISTS }, false],
    [{ path: "a.b[].d", test: EQUALS, text: "null" }, true],
    [{ path: "a.b.c", test: EXISTS }, false],
    [{ path: "a[].b", test: EXISTS }, false],
    [{ path: "e", test: NON_EMPTY }, false],
    [{ path: "f", test: NON_EMPTY }, false],
    [{ path: "g", test: NON_EMPTY }, false],
    [{ path: "n", test: NON_EMPTY }, false],
    [{ path: "a.b", test: NON_EMPTY }, true],
    [{ path: "a", test: NON_EMPTY }, true],
    [{ path: "n", test: EQUALS, text: "1.0" }, true],
    [{ path: "n", test: EQUALS, text: "1" }, false],
    [{ path: "n", test: EQUALS, text: '"1.0"' }, false],
    [{ path: "n", test: PREFIX, text: "1" }, false],
    [{ path: "h", test: EQUALS, text: "true" }, true],
    [{ path: "m[][].k", test: EXISTS }, true],
    [{ path: "m[].k", test: EXISTS }, false],
  ])("%j: %j", (question, answer) => {
    expect(hits(document, [question])).toEqual([answer]);
  });

  test("64 paths in one walk, a 65th is refused", () => {
    const questions = Array.from({ length: 64 }, (_, i) => ({ path: `k${i}`, test: EXISTS }));
    const found = hits('{"k0":1,"k63":1}', questions);
    expect(found.flatMap((hit, index) => (hit ? [index] : []))).toEqual([0, 63]);
    expect(() => open([...questions, { path: "a", test: EXISTS }])).toThrow("no path");
  });

  test.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "a[",
    "a]",
    "a[b]",
    "a[]b",
    "[]",
    "a.[]",
    "a.b.c.d.e.f.g.h.i.j.k.l.m",
  ])("%j is no path", (path) => {
    expect(() => open([{ path, test: EXISTS }])).toThrow("no path");
  });
});

describe("cuts", () => {
  test.each<[string, string[], string]>([
    ['{"a":1,"b":2,"c":3}', ["a"], '{"b":2,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ["b"], '{"a":1,"c":3}'],
    ['{"a":1,"b":2,"c":3}', ["c"], '{"a":1,"b":2}'],
    ['{"a":1,"b":2,"c":3}', ["a", "b"], '{"c":3}'],
    ['{"a":1,"b":2,"c":3}', ["b", "c"], '{"a":1}'],
    ['{"a":1,"b":2,"c":3}', ["a", "c"], '{"b":2}'],
    ['{ "a" : 1 , "b" : 2 }', ["a"], '{ "b" : 2 }'],
    ['{ "a" : 1 , "b" : 2 }', ["b"], '{ "a" : 1 }'],
    ['{"a":{"s":1},"b":2}', ["a.s"], '{"b":2}'],
    ['{"b":2,"a":{"s":{"t":1}}}', ["a.s.t"], '{"b":2}'],
    ['{"b":2,"a":{}}', ["a.s"], '{"b":2,"a":{}}'],
    ['{"t":[{"s":1,"n":1},{"n":2,"s":2}]}', ["t[].s"], '{"t":[{"n":1},{"n":2}]}'],
    ['{"t":[{"s":1},{"n":2}],"z":0}', ["t[].s"], '{"t":[{"n":2}],"z":0}'],
    ['{"t":[{"s":1},{"s":2}],"z":0}', ["t[].s"], '{"z":0}'],
    ['{"z":0,"t":[{"n":1},{"s":1},{"s":2}]}', ["t[].s"], '{"z":0,"t":[{"n":1}]}'],
    ['{"a":1,"a":2,"b":3}', ["a"], '{"b":3}'],
    ['{"\\u0061":1,"b":3}', ["a"], '{"b":3}'],
    ['{"a":{"b":1,"c":2}}', ["a", "a.b"], "{}"],
  ])("%s without %j", (document, paths, rest) => {
    expect(cut(document, cuts(...paths))).toBe(rest === "{}" ? document : rest);
  });

  test("elements by a member of theirs", () => {
    const question = { path: "e[]", test: CUT, text: "clear_*", member: "type" };
    const document =
      '{"e":[{"type":"clear_a"},{"x":1,"type":"compact"},3,{"type":"clear_b"},{"type":1}],"z":1}';
    expect(cut(document, [question])).toBe('{"e":[{"x":1,"type":"compact"},3,{"type":1}],"z":1}');
    expect(cut('{"e":[{"type":"clear_a"}],"z":1}', [question])).toBe('{"z":1}');
  });

  test("thousands of documents, against a plain reading", () => {
    const random = new Random(20_260_815, 0);
    const names = ["a", "b", "c"];
    const value = (depth: number): unknown => {
      const kind = random.int(depth > 3 ? 2 : 6);
      if (kind < 2) return random.int(10);
      const count = random.int(4);
      if (kind < 4) return Array.from({ length: count }, () => value(depth + 1));
      return Object.fromEntries(
        Array.from({ length: count }, () => [names[random.int(3)] as string, value(depth + 1)]),
      );
    };
    const path = (): string => {
      const steps = Array.from(
        { length: 1 + random.int(3) },
        () => `${names[random.int(3)] as string}${"[]".repeat(random.int(3))}`,
      );
      return steps.join(".");
    };
    for (let i = 0; i < 3000; i++) {
      const document = { z: 1, ...(value(0) as object), y: 2 };
      const paths = Array.from({ length: 1 + random.int(3) }, path);
      const text = JSON.stringify(document, null, random.int(2) * 2);
      const wanted = plainCut(
        document,
        paths.map((item) => item.match(/\[\]|[^.[\]]+/g) ?? []),
      );
      expect(JSON.parse(cut(text, cuts(...paths))), `${text} without ${paths.join(" ")}`).toEqual(
        wanted,
      );
    }
  });
});

const GONE = Symbol("gone");

/** The same, on values: what is emptied goes, what was empty stays. */
function plainCut(value: unknown, paths: string[][]): unknown {
  if (paths.some((steps) => steps.length === 0)) return GONE;
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value);
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const inner = paths.filter(([step]) => step === (isList ? "[]" : key));
    return [
      key,
      plainCut(
        item,
        inner.map((steps) => steps.slice(1)),
      ),
    ];
  });
  const kept = entries.filter(([, item]) => item !== GONE);
  if (kept.length === 0 && entries.length > 0) return GONE;
  return isList ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

describe("features of a body", () => {
  const features = (body: unknown): number => {
    const bytes = utf8(JSON.stringify(body));
    return x.bodyFeatures(probe.put(bytes), bytes.length) >>> 0;
  };
  test.each<[object, number]>([
    [{ tools: [{ type: "computer_20251124" }] }, 32768],
    [{ tools: [{ type: "computer_20250124" }] }, 16384],
    [{ tools: [{ type: "bash_20241022" }] }, 131072],
    [{ tools: [{ strict: true }] }, 2],
    [{ output_format: { type: "json_schema" } }, 4],
    [{ tools: [{ defer_loading: true }] }, 8],
    [{ tools: [{ input_examples: [{}] }] }, 8 + 16777216],
    [{ tools: [{ allowed_callers: ["direct"] }] }, 8],
    [{ mcp_servers: [{ name: "a" }] }, 16],
    [{ mcp_servers: [{ name: "a", tool_configuration: {} }] }, 16 + 8192],
    [{ cache_control: { scope: "a" } }, 128],
    [{ tools: [{ cache_control: { scope: "a" } }] }, 128],
    [{ system: [{ cache_control: { scope: "global" } }] }, 128],
    [{ messages: [{ content: [{ cache_control: { scope: "x" } }] }] }, 128],
    [{ context_management: { edits: [{ type: "compact_20260112" }] } }, 64],
    [{ context_management: { edits: [{ type: "clear_thinking_20251015" }] } }, 32],
    [{ messages: [{ content: [{ source: { type: "file" } }] }] }, 256],
    [{ thinking: { type: "enabled" } }, 1],
    [{ thinking: { type: "adaptive" } }, 1],
    [{ speed: "fast" }, 512],
    [{ fallbacks: "default" }, 1024],
    [{ fallbacks: [{ model: "m" }] }, 65536],
    [{ fallback_credit_token: { token: "t" } }, 2097152],
    [{ fallback_credit_token: "t" }, 4194304],
    [{ output_config: { task_budget: { type: "tokens" }, effort: "low" } }, 2048 + 4096],
    [{ diagnostics: {}, user_profile_id: "u" }, 524288 + 134217728],
    [{ tools: [{ eager_input_streaming: true }, { type: "advisor_20260301" }] }, 1048576 + 262144],
    [{ tools: [{ type: "tool_search_tool_regex_20251119" }] }, 8388608],
    [{ tools: [{ type: "web_search_20250305" }] }, 33554432],
    [{ messages: [{ content: [{ type: "tool_removal" }] }] }, 67108864],
  ])("%j has %i", (body, bits) => {
    expect(features(body)).toBe(bits);
  });

  test.each<object>([
    {},
    { thinking: { type: "disabled" } },
    { speed: "standard" },
    { tools: [{ strict: false, defer_loading: false, input_examples: [], allowed_callers: null }] },
    { cache_control: { type: "ephemeral", scope: null } },
    { mcp_servers: [] },
    { context_management: { edits: [] } },
    { output_format: null, fallbacks: [], diagnostics: null },
    { messages: [{ content: "text" }], tools: "x", system: "scope" },
  ])("%j has none", (body) => {
    expect(features(body)).toBe(0);
  });
});

import { afterEach, describe, expect, test } from "vitest";
import { Probe, utf8 } from "../../support/probe.ts";
import { KIND, STATUS, walk } from "./walk.ts";

const probe = new Probe();
const { exports: x } = probe;
let cursor = 0;
let start = 0;

/** Opens the cursor of this test over a text; white space in front is passed. */
function open(text: string, depth = 16): void {
  const bytes = utf8(text);
  start = probe.put(bytes, utf8('"'));
  cursor = x.newCursor();
  x.cursorOpen(cursor, start, bytes.length, depth);
}

const status = (): string => STATUS[x.cursorStatus(cursor)];
const kind = (): string => KIND[x.cursorKind(cursor)];
const key = (): string => probe.utf8(x.cursorKeyPtr(cursor), x.cursorKeyLen(cursor));
const value = (): string => probe.utf8(x.cursorValuePtr(cursor), x.cursorValueLen(cursor));

afterEach(() => expect(probe.log).toEqual([]));

describe("cursor", () => {
  test.each([
    [
      ' { "model" : "claude", "n": [1, {"a":null}], "\\u006d": {} } ',
      [
        "object off=1",
        "key off=4 len=5",
        "string off=13 len=8",
        "key off=24 len=1",
        "array off=28",
        "number off=29 len=1",
        "object off=32",
        "key off=34 len=1",
        "null off=37 len=4",
        "close off=41",
        "close off=42",
        "key off=- len=1",
        "object off=55",
        "close off=56",
        "close off=58",
      ],
    ],
    ["[]", ["array off=0", "close off=1"]],
    ["\n-1.5e3\n", ["number off=1 len=6"]],
    [
      '[["a"],true]',
      [
        "array off=0",
        "array off=1",
        "string off=2 len=3",
        "close off=5",
        "true off=7 len=4",
        "close off=11",
      ],
    ],
    // An error keeps what was read before it.
    ['{"a":1,"b":x}', ["object off=0", "key off=2 len=1", "number off=5 len=1", "key off=8 len=1"]],
  ])("%j is logged with its offsets", (text, log) => {
    const bytes = utf8(text);
    const ptr = probe.put(bytes, utf8('"'));
    expect(walk(probe, ptr, bytes.length, 16, () => true).log).toEqual(log);
  });

  test("a key is found under its escapes, and a plain one is a span of the document", () => {
    open('{"mod\\u0065l":1,"a\\/\\n\\"\\\\":2,"\\ud83d\\ude00":3,"plain":4}');
    x.cursorEnterObject(cursor);
    const keys: string[] = [];
    while (x.cursorNextKey(cursor) !== 0) {
      keys.push(key());
      x.cursorSkip(cursor);
    }
    expect(keys).toEqual(["model", 'a/\n"\\', "😀", "plain"]);
    expect(x.cursorKeyPtr(cursor)).toBeGreaterThan(start);
    expect(x.cursorKeyPtr(cursor)).toBeLessThan(start + 60);
  });

  test("an escaped key too long for its buffer is cut and stays different from every known name", () => {
    for (const pieces of [158, 159, 160, 161, 5000]) {
      open(`{"${"\\u0061".repeat(pieces)}":7}`);
      x.cursorEnterObject(cursor);
      expect(x.cursorNextKey(cursor)).toBe(1);
      expect(key()).toBe("a".repeat(Math.min(pieces, 160)));
      expect(x.cursorSkip(cursor)).toBe(1);
      expect(value()).toBe("7");
    }
    const wide = `{"${"\\ud83d\\ude00".repeat(200)}":7}`;
    open(wide);
    x.cursorEnterObject(cursor);
    x.cursorNextKey(cursor);
    expect(key()).toBe("😀".repeat(40));
    open(`{"a${"\\ud83d\\ude00".repeat(200)}":7}`);
    x.cursorEnterObject(cursor);
    x.cursorNextKey(cursor);
    expect(key()).toBe(`a${"😀".repeat(40)}`);
  });

  test("a key is compared with a literal as a whole, under its escapes", () => {
    const model = probe.literal("model");
    const rows: [string, number][] = [
      ["model", 1],
      ["mod\\u0065l", 1],
      ["models", 0],
      ["mode", 0],
      ["Model", 0],
      ["", 0],
    ];
    for (const [name, wanted] of rows) {
      open(`{"${name}":1}`);
      x.cursorEnterObject(cursor);
      x.cursorNextKey(cursor);
      expect(x.cursorKeyIs(cursor, model), name).toBe(wanted);
    }
  });

  test("both of two equal keys are answered, in order: which one counts is the caller's decision", () => {
    open('{"a":1,"a":2}');
    x.cursorEnterObject(cursor);
    const seen: string[] = [];
    while (x.cursorNextKey(cursor) !== 0) {
      x.cursorSkip(cursor);
      seen.push(`${key()}=${value()}`);
    }
    expect(seen).toEqual(["a=1", "a=2"]);
  });

  test("the kind is told by the first byte and nothing is passed", () => {
    const rows: [string, string][] = [
      ["null", "null"],
      ["true", "true"],
      ["false", "false"],
      ["-1", "number"],
      ["0", "number"],
      ["9", "number"],
      ['"', "string"],
      ["[", "array"],
      ["{", "object"],
      ["+1", "invalid"],
      ["/", "invalid"],
      [":", "invalid"],
      ["]", "invalid"],
      ["", "invalid"],
      [" ", "invalid"],
    ];
    for (const [text, wanted] of rows) {
      open(text);
      expect(kind(), text).toBe(wanted);
      expect(status()).toBe("Ok");
    }
  });

  test("entering what is something else fails and sticks", () => {
    open("[1]");
    expect(x.cursorEnterObject(cursor)).toBe(0);
    expect(status()).toBe("Unexpected");
    expect(x.cursorEnterArray(cursor)).toBe(0);
    expect(x.cursorSkip(cursor)).toBe(0);
    expect(x.cursorNextElement(cursor)).toBe(0);
    expect(x.cursorNextKey(cursor)).toBe(0);
    expect(x.cursorFinish(cursor)).toBe(0);
    expect(status()).toBe("Unexpected");
  });

  test("an element that the reader did not pass is an error at the next step", () => {
    open("[1,2]");
    x.cursorEnterArray(cursor);
    expect(x.cursorNextElement(cursor)).toBe(1);
    expect(x.cursorNextElement(cursor)).toBe(0);
    expect(status()).toBe("Unexpected");
  });

  test("what follows the document is an error of finish, white space is not", () => {
    for (const [text, wanted] of [
      ["1 \n", "Ok"],
      ["1 2", "Trailing"],
      ["1\0", "Trailing"],
    ]) {
      open(text);
      x.cursorSkip(cursor);
      expect(x.cursorFinish(cursor)).toBe(wanted === "Ok" ? 1 : 0);
      expect(status()).toBe(wanted);
    }
  });

  test("leaving a container gives its level back: siblings may be as deep as the first", () => {
    open("[[[]],[[]],{},[[]]]", 3);
    const walked = walk(probe, start, 19, 3, () => true);
    expect(walked.status).toBe("Ok");
    expect(walk(probe, start, 19, 2, () => true).status).toBe("TooDeep");
  });

  test("a nullable value leaves an empty span for null and its own span otherwise", () => {
    open('[null,"x",nul]');
    x.cursorEnterArray(cursor);
    x.cursorNextElement(cursor);
    expect(x.cursorSkipNullable(cursor)).toBe(1);
    expect([x.cursorValuePtr(cursor), x.cursorValueLen(cursor)]).toEqual([0, 0]);
    x.cursorNextElement(cursor);
    expect(x.cursorSkipNullable(cursor)).toBe(1);
    expect(value()).toBe('"x"');
    x.cursorNextElement(cursor);
    expect(x.cursorSkipNullable(cursor)).toBe(0);
    expect(status()).toBe("Unexpected");
  });

  test("a value of another kind is not passed and is no error of the document", () => {
    open('["x",null,7]');
    const [NUMBER, STRING] = [4, 5];
    x.cursorEnterArray(cursor);
    x.cursorNextElement(cursor);
    expect(x.cursorSkipKind(cursor, NUMBER)).toBe(0);
    expect(x.cursorBroken(cursor)).toBe(0);
    expect(x.cursorSkipKind(cursor, STRING)).toBe(1);
    x.cursorNextElement(cursor);
    expect(x.cursorSkipKind(cursor, STRING)).toBe(1);
    expect(x.cursorValueLen(cursor)).toBe(0);
    x.cursorNextElement(cursor);
    expect(x.cursorSkipBool(cursor)).toBe(0);
    expect(x.cursorBroken(cursor)).toBe(0);
    expect(x.cursorSkipKind(cursor, NUMBER)).toBe(1);
    expect(value()).toBe("7");
  });

  test("true, false and null are told by the length that skipBool leaves", () => {
    open("[true,false,null]");
    x.cursorEnterArray(cursor);
    for (const len of [4, 5, 0]) {
      x.cursorNextElement(cursor);
      expect(x.cursorSkipBool(cursor)).toBe(1);
      expect(x.cursorValueLen(cursor)).toBe(len);
    }
  });

  test("a byte that begins no value counts as a broken document", () => {
    open("[x]");
    x.cursorEnterArray(cursor);
    x.cursorNextElement(cursor);
    expect(x.cursorSkipBool(cursor)).toBe(0);
    expect(x.cursorBroken(cursor)).toBe(1);
  });
});

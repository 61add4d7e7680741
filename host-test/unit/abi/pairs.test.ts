import { describe, expect, test } from "vitest";
import { decodePairs, encodePairs, type HeaderList } from "../../../host/pairs.ts";
import { latin1, Probe, randomFrom } from "../../support/probe.ts";

const probe = new Probe();
const { exports: x } = probe;
const PAIRS_MAX = 48;

interface Span {
  ptr: number;
  len: number;
}

/** Pairs that the engine reads, and the spans that it answered. */
function read(bytes: Uint8Array): { pairs: HeaderList; spans: Span[]; ptr: number } {
  const ptr = probe.put(bytes, Uint8Array.of(0));
  const pairs: HeaderList = [];
  const spans: Span[] = [];
  x.openPairs(ptr, bytes.length);
  while (x.nextPair() === 1) {
    const name = { ptr: x.pairName() >>> 0, len: x.pairNameBytes() >>> 0 };
    const value = { ptr: x.pairValue() >>> 0, len: x.pairValueBytes() >>> 0 };
    pairs.push([probe.latin1(name.ptr, name.len), probe.latin1(value.ptr, value.len)]);
    spans.push(name, value);
    if (pairs.length > 5000) throw new Error("the list does not end");
  }
  probe.drop(ptr, bytes.length);
  return { pairs, spans, ptr };
}

const LISTS: HeaderList[] = [
  [],
  [["", ""]],
  [[":method", "POST"]],
  [
    [":path", "/v1/chat/completions"],
    ["content-type", "application/json"],
    ["x-empty", ""],
    ["x-bytes", "\x00\x01\xff\xfe é"],
  ],
  [
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ],
  Array.from({ length: 1000 }, (_, i) => [`x-${i}`, "v".repeat(i % 50)]),
];

describe("reading pairs", () => {
  test.each(LISTS.map((list) => [list.length, list] as const))("a list of %i pairs", (_, list) => {
    expect(read(encodePairs(list)).pairs).toEqual(list);
  });

  test("every byte value in names and values comes back", () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString("latin1");
    const list: HeaderList = [
      [all, all],
      ["b", all],
    ];
    expect(read(encodePairs(list)).pairs).toEqual(list);
  });

  test("a block shorter than its count or its lengths reads as far as it fits, never behind its end", () => {
    const list: HeaderList = [
      ["name", "value"],
      ["second", "other"],
    ];
    const whole = encodePairs(list);
    for (let len = 0; len < whole.length; len++) {
      const { pairs } = read(whole.subarray(0, len));
      expect(pairs.length).toBeLessThan(2);
      expect(pairs).toEqual(list.slice(0, pairs.length));
    }
  });

  test.each([
    ["a count that no block can hold", [0xffffffff]],
    ["a count one too large", [2, 1, 1]],
    ["a count whose table wraps", [0x20000001, 0, 0]],
    ["a name that ends behind the block", [1, 100, 0]],
    ["a value that ends behind the block", [1, 1, 100]],
    ["a name length that wraps around the address space", [1, 0xffffffff, 0]],
    ["a name length that wraps to the block's start", [1, 0xfffffff0, 4]],
    ["a value length that wraps around the address space", [1, 1, 0xffffffff]],
    ["lengths that wrap together", [1, 0x80000000, 0x80000000]],
  ])("%s: nothing is read", (_, words) => {
    const bytes = Buffer.alloc(words.length * 4 + 8);
    words.forEach((word, i) => bytes.writeUInt32LE(word, i * 4));
    expect(decodePairs(bytes)).toEqual([]);
    expect(read(bytes).pairs).toEqual([]);
  });

  test("in a damaged block every span lies inside it, and a list that the strict reader takes is read alike", () => {
    const random = randomFrom(13);
    let strict = 0;
    for (let turn = 0; turn < 20_000; turn++) {
      const list: HeaderList = Array.from({ length: random(5) }, () => [
        "n".repeat(random(6)),
        "v".repeat(random(20)),
      ]);
      const bytes = encodePairs(list);
      for (let i = random(3); i > 0; i--)
        bytes[random(bytes.length)] = [0, 1, 255, random(256)][random(4)];
      const { pairs, spans, ptr } = read(bytes);
      for (const span of spans) {
        expect(span.ptr).toBeGreaterThanOrEqual(ptr);
        expect(span.ptr + span.len).toBeLessThanOrEqual(ptr + bytes.length);
      }
      const wanted = decodePairs(bytes);
      if (wanted.length === 0) continue;
      strict += 1;
      expect(pairs).toEqual(wanted);
    }
    expect(strict).toBeGreaterThan(3000);
  });
});

describe("writing pairs", () => {
  const arena = x.openArena(65_536, 1 << 20);

  /** A list of the engine with these pairs; names are literals. */
  function build(list: HeaderList): number {
    x.arenaReset(arena);
    const made = x.openPairList(arena);
    for (const [name, value] of list) {
      const bytes = latin1(value);
      x.pairListAdd(made, probe.literal(name), probe.put(bytes), bytes.length);
    }
    return made;
  }

  test.each(LISTS.slice(0, 5).map((list) => [list.length, list] as const))(
    "a list of %i pairs has the bytes of the strict writer",
    (_, list) => {
      const made = build(list);
      const block = x.pairListWrite(made, arena);
      const bytes = probe.take(block, x.pairListLength(made));
      expect(Buffer.compare(bytes, encodePairs(list))).toBe(0);
      expect(decodePairs(bytes)).toEqual(list);
    },
  );

  test("names and values of every length are written whole", () => {
    for (let len = 0; len <= 70; len++) {
      const list: HeaderList = [
        ["n".repeat(len), "v".repeat(70 - len)],
        ["last", "w".repeat(len * 5)],
      ];
      const made = build(list);
      const block = x.pairListWrite(made, arena);
      expect(decodePairs(probe.take(block, x.pairListLength(made)))).toEqual(list);
    }
  });

  test("a list is full at 48 pairs; the next is ignored", () => {
    const list: HeaderList = Array.from({ length: PAIRS_MAX + 1 }, (_, i) => [`n${i}`, `v${i}`]);
    const made = build(list);
    const block = x.pairListWrite(made, arena);
    expect(decodePairs(probe.take(block, x.pairListLength(made)))).toEqual(
      list.slice(0, PAIRS_MAX),
    );
  });

  test("without memory there is no list and no block", () => {
    const small = x.openArena(1000, 1000);
    const made = x.openPairList(small);
    expect(made).not.toBe(0);
    x.pairListAdd(made, probe.literal("name"), probe.put(latin1("v".repeat(500))), 500);
    const low = probe.take(0, 4096);
    expect(x.pairListWrite(made, small)).toBe(0);
    expect(probe.take(0, 4096)).toEqual(low); // nothing was written through the null address
    expect(x.openPairList(small)).toBe(0);
  });
});

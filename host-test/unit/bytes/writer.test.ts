import { beforeEach, describe, expect, test } from "vitest";
import { latin1, Probe, randomFrom, SLACK, utf8 } from "../../support/probe.ts";

let probe: Probe;
let out: number;
let live: number;

/** Puts text through a block of its own. */
function put(text: string): void {
  const bytes = latin1(text);
  const ptr = probe.put(bytes, utf8("#garbage"));
  probe.exports.writerPut(out, ptr, bytes.length);
  probe.drop(ptr, bytes.length);
}

const text = (): string => Buffer.from(probe.written(out)).toString("latin1");
const failed = (): boolean => probe.exports.writerFailed(out) !== 0;

/** Frees the writer; the product's writers live as long as the VM and need no such thing. */
function close(): void {
  const { writerFinish, release, writerBytes } = probe.exports;
  writerFinish(out, 0);
  release(out, writerBytes());
}

beforeEach(() => {
  probe = new Probe();
  live = probe.exports.liveBytes();
  out = probe.exports.makeWriter();
});

describe("writer", () => {
  test("what was put, byte by byte, as runs and as literals, stands there in order", () => {
    const { writerBegin, writerByte, writerLiteral, liveBytes } = probe.exports;
    const literal = probe.literal("literal");
    const withoutWriter = live + 7 + 4 + SLACK;
    const random = randomFrom(8);
    for (let round = 0; round < 50; round++) {
      writerBegin(out, random(100), 1_000_000);
      let expected = "";
      for (let i = 0; i < 100; i++) {
        const piece = "abcdefgh".repeat(100).slice(0, random(4) === 0 ? random(700) : random(40));
        put(piece);
        writerByte(out, 0x2d);
        writerLiteral(out, literal);
        expected += `${piece}-literal`;
      }
      expect(text()).toBe(expected);
      expect(failed()).toBe(false);
    }
    close();
    expect(liveBytes()).toBe(withoutWriter);
  });

  test.each([0, 1, 15, 16, 17, 100, 5000])("a cap of %i takes exactly that many bytes", (cap) => {
    probe.exports.writerBegin(out, 0, cap);
    put("x".repeat(cap));
    expect(failed()).toBe(false);
    expect(text()).toBe("x".repeat(cap));
    probe.exports.writerByte(out, 0x79);
    expect(failed()).toBe(true);
    expect(text()).toBe("x".repeat(cap));
  });

  test("a run one byte above the cap writes nothing of itself", () => {
    probe.exports.writerBegin(out, 0, 100);
    put("x".repeat(60));
    put("y".repeat(41));
    expect(failed()).toBe(true);
    expect(text()).toBe("x".repeat(60));
  });

  test("the cap holds although the block of an earlier, larger output is used again", () => {
    const { writerBegin, writerFinish, writerSize } = probe.exports;
    writerBegin(out, 5000, 5000);
    put("a".repeat(5000));
    writerFinish(out, 65536);
    const size = writerSize(out);
    writerBegin(out, 10, 50);
    put("b".repeat(50));
    expect(failed()).toBe(false);
    put("c");
    expect(failed()).toBe(true);
    expect(text()).toBe("b".repeat(50));
    expect(writerSize(out)).toBe(size);
  });

  test("failed sticks until the next begin: even what would fit is ignored", () => {
    probe.exports.writerBegin(out, 0, 100);
    put("x".repeat(50));
    put("y".repeat(51));
    put("z");
    probe.exports.writerByte(out, 0x7a);
    expect(probe.exports.writerReserve(out, 1)).toBe(0);
    expect(text()).toBe("x".repeat(50));
    probe.exports.writerBegin(out, 0, 100);
    expect(failed()).toBe(false);
    put("y".repeat(100));
    expect(text()).toBe("y".repeat(100));
  });

  test("a rewind behind a failure does not make room again", () => {
    probe.exports.writerBegin(out, 0, 100);
    put("x".repeat(10));
    const mark = probe.exports.writerMark(out);
    put("y".repeat(80));
    put("z".repeat(11));
    probe.exports.writerRewind(out, mark);
    put("w");
    expect(failed()).toBe(true);
    expect(text()).toBe("x".repeat(10));
  });

  test("a rewind drops what is behind the mark and nothing else", () => {
    probe.exports.writerBegin(out, 0, 1000);
    put("kept");
    const mark = probe.exports.writerMark(out);
    expect(mark).toBe(4);
    put("dropped".repeat(60));
    probe.exports.writerRewind(out, mark);
    put("!");
    expect(text()).toBe("kept!");
    probe.exports.writerRewind(out, 0);
    expect(text()).toBe("");
  });

  test("dropping both ends keeps the middle, and a failure stays one", () => {
    const { writerBegin, writerDropEnds } = probe.exports;
    writerBegin(out, 0, 100);
    put(`<<<${"middle".repeat(12)}>>`);
    writerDropEnds(out, 3, 2);
    expect(text()).toBe("middle".repeat(12));
    put("!");
    expect(text()).toBe(`${"middle".repeat(12)}!`);
    put("x".repeat(100));
    writerDropEnds(out, 60, 1);
    put("y");
    expect(failed()).toBe(true);
    expect(text()).toBe("middlemiddle");
    writerDropEnds(out, 10, 3);
    expect(text()).toBe("");
  });

  test("room that was expected is there: no growth while it is filled", () => {
    const { writerBegin, writerStart, writerByte } = probe.exports;
    writerBegin(out, 10_000, 20_000);
    const start = writerStart(out);
    for (let i = 0; i < 10_000; i++) writerByte(out, 0x61);
    expect(writerStart(out)).toBe(start);
    expect(text()).toBe("a".repeat(10_000));
  });

  test("more expected than the cap allows is not a failure", () => {
    probe.exports.writerBegin(out, 10_000, 10);
    expect(failed()).toBe(false);
    put("0123456789");
    expect(text()).toBe("0123456789");
  });

  test("outputs that fail again and again do not make the block grow", () => {
    const { writerBegin, writerSize } = probe.exports;
    writerBegin(out, 1000, 100_000);
    const size = writerSize(out);
    for (let i = 0; i < 50; i++) {
      writerBegin(out, 1000, 100_000);
      put("x");
      probe.exports.writerReserve(out, 200_000);
      expect(failed()).toBe(true);
    }
    writerBegin(out, 1000, 100_000);
    expect(writerSize(out)).toBe(size);
  });

  test("finish gives a block above the limit back and keeps one below it", () => {
    const { writerBegin, writerFinish, writerSize, liveBytes } = probe.exports;
    const idle = liveBytes();
    writerBegin(out, 1000, 1000);
    writerFinish(out, 1000);
    expect(liveBytes()).toBe(idle);
    writerBegin(out, 1000, 1000);
    const size = writerSize(out);
    writerFinish(out, size);
    expect(liveBytes()).toBe(idle + size);
    expect(text()).toBe("");
    close();
    expect(liveBytes()).toBe(live);
  });

  test("exhausted memory fails the output, keeps what was written and does not trap", () => {
    probe = new Probe(14);
    out = probe.exports.makeWriter();
    const { writerBegin, writerByte } = probe.exports;
    writerBegin(out, 0, 0x4000_0000);
    put("start");
    expect(probe.exports.writerReserve(out, 2_000_000)).toBe(0);
    expect(failed()).toBe(true);
    writerByte(out, 0x21);
    expect(text()).toBe("start");
    writerBegin(out, 100, 1000);
    put("again");
    expect(text()).toBe("again");
  });

  test("the largest caps and reservations do not wrap", () => {
    probe = new Probe(40);
    out = probe.exports.makeWriter();
    for (const cap of [0xffff_ffff, 0xffff_fff0, 0x8000_0000]) {
      probe.exports.writerBegin(out, 10, cap);
      put("abc");
      expect(probe.exports.writerReserve(out, cap - 3)).toBe(0);
      expect(failed()).toBe(true);
      expect(text()).toBe("abc");
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BAD, ENVIRONMENT, GOOD } from "./cases.ts";
import { ConfigProbe } from "./config_probe.ts";
import { structBytes } from "./struct_wire.ts";

const reader = new ConfigProbe();
const plain = (document: unknown) =>
  (typeof document === "string"
    ? JSON.parse(document)
    : JSON.parse(JSON.stringify(document))) as never;
const isObject = (document: unknown) => typeof document === "object";
const setOf = (bytes: Uint8Array) => reader.parse(bytes).profiles[0]!.set as Record<string, string>;

describe("a configuration in the form of google.protobuf.Struct", () => {
  it.each(GOOD)("means what its JSON means: %s", (_name, document) => {
    const struct = structBytes(plain(document));
    const reading = reader.read(plain(document), ENVIRONMENT);
    expect(reader.read(struct, ENVIRONMENT)).toEqual(reading);
    if (!reading.accepted) return;
    expect(reader.parse(struct, ENVIRONMENT)).toEqual(reader.parse(plain(document), ENVIRONMENT));
  });

  it.each(BAD.filter(([, document]) => isObject(document)))(
    "is refused like its JSON: %s",
    (_name, document) => {
      const struct = structBytes(plain(document));
      expect(reader.read(struct, ENVIRONMENT)).toEqual(reader.read(plain(document), ENVIRONMENT));
    },
  );

  it("keeps every value", () => {
    const value = fc
      .jsonValue({ maxDepth: 3 })
      .map((json) => JSON.parse(JSON.stringify(json)) as never);
    fc.assert(
      fc.property(value, (json) => {
        const bytes = structBytes({ version: 1, profile: { params: { set: { a: json } } } });
        expect(JSON.parse(setOf(bytes).a!)).toEqual(json);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps doubles to the last bit, and integers without a fraction", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, (number) => {
        const bytes = structBytes({ version: 1, profile: { params: { set: { a: number } } } });
        expect(Number(setOf(bytes).a)).toBe(number === 0 ? 0 : number);
      }),
      { numRuns: 2000 },
    );
    const bytes = structBytes({
      version: 1,
      profile: { params: { set: { a: 33554432, b: -7, c: 0.7 } } },
    });
    expect(setOf(bytes)).toEqual({ a: "33554432", b: "-7", c: "0.7" });
  });

  it("may leave out empty keys and null values", () => {
    const members = [0x0a, 0];
    const inner = (tag: number, bytes: number[]) => [tag, bytes.length, ...bytes];
    const aliases = inner(0x0a, [...inner(0x0a, [...Buffer.from("wat")]), ...inner(0x12, [])]);
    expect(reader.read(new Uint8Array(aliases)).errors[0]).toMatch(/^\$\.wat: unknown key/);
    expect(reader.read(new Uint8Array(members)).errors[0]).toMatch(/^\$\[""\]: unknown key/);
  });

  it.each([
    ["null", [0x08, 0, 0]],
    ["a boolean", [0x20, 1, 0]],
    ["a number", [0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["a string", [0x1a, 1, 0x61, 0]],
    ["a list", [0x32, 0, 0]],
    ["an object", [0x2a, 0, 0]],
    ["a number that is none", [0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
    ["a field that Value does not have", [0x3a, 0]],
    ["a length beyond the end", [0x1a, 2, 0x61]],
    ["a length without an end", [0x1a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])("with a byte too many or a wrong one in %s is refused", (_name, value) => {
    const entry = (tail: number[]) => [0x0a, 1, 0x61, 0x12, tail.length, ...tail];
    const message = (tail: number[]) => new Uint8Array([0x0a, entry(tail).length, ...entry(tail)]);
    expect(reader.read(message([0x08, 0])).errors[0]).toMatch(/unknown key/);
    expect(reader.read(message(value)).errors).toEqual([
      "$: neither JSON nor a google.protobuf.Struct",
    ]);
    const longer = new Uint8Array([0x0a, 8, ...entry([0x08, 0]), 0]);
    const gap = new Uint8Array([0x0a, 8, 0x0a, 1, 0x61, 0x12, 2, 0, 0x08, 0]);
    for (const bytes of [longer, gap]) {
      expect(reader.read(bytes).errors).toEqual(["$: neither JSON nor a google.protobuf.Struct"]);
    }
  });

  it("is refused when cut anywhere, and never traps", () => {
    const whole = structBytes({
      version: 1,
      profile: { auth: { mode: "client" }, params: { set: { a: [1.5, null, "x"] } } },
    });
    expect(reader.read(whole).accepted).toBe(true);
    for (let length = 0; length < whole.length; length++) {
      expect(reader.read(whole.slice(0, length)).accepted).toBe(false);
    }
  });

  it("deeper than 64 levels is refused", () => {
    const nested = (levels: number): never => (levels === 0 ? [] : [nested(levels - 1)]) as never;
    const bytes = (levels: number) =>
      structBytes({ version: 1, profile: { params: { set: { a: nested(levels) } } } });
    expect(reader.read(bytes(59)).accepted).toBe(true);
    expect(reader.read(bytes(60)).errors).toEqual(["$: neither JSON nor a google.protobuf.Struct"]);
    expect(reader.read(bytes(500)).accepted).toBe(false);
  });

  it("with other bytes in it gives a verdict", () => {
    const whole = structBytes({
      version: 1,
      profile: { models: { aliases: { a: "b" } }, limits: { max_depth: 9 } },
    });
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.nat(255),
        fc.uint8Array({ maxLength: 20 }),
        (at, byte, more) => {
          const bytes = new Uint8Array([...whole, ...more]);
          bytes[at] = byte;
          const { accepted, errors } = reader.read(bytes);
          expect(accepted).toBe(errors.length === 0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latin1, Probe } from "../../support/probe.ts";
import { NUMBER } from "./arbitrary.ts";

const probe = new Probe();
const { exports: x } = probe;
const SEED = { seed: 99, numRuns: 5000 };
const NOT_AN_INTEGER = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;
const SATURATED = 0xffff_ffffn;

function read(fn: (ptr: number, len: number) => bigint, text: string, behind = "7"): bigint {
  const bytes = latin1(text);
  const ptr = probe.put(bytes, latin1(behind));
  const value = fn(ptr, bytes.length);
  probe.drop(ptr, bytes.length);
  return value;
}

function integerOracle(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.0+)?$/.exec(text);
  if (match === null) return NOT_AN_INTEGER;
  const held = BigInt(match[2]) > SATURATED ? SATURATED : BigInt(match[2]);
  return match[1] === "-" ? -held : held;
}

/** Twice the number of 10^-9 units towards zero, plus one when something was left over. */
function fixedOracle(text: string): bigint {
  const [, sign, whole, fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!;
  const digits = BigInt(whole + fraction);
  const shift = BigInt(exponent) - BigInt(fraction.length) + 9n;
  let magnitude: bigint;
  if (digits === 0n) magnitude = 0n;
  else if (shift > 400n) magnitude = MOST;
  else if (shift < -400n) magnitude = 1n;
  else {
    const [top, bottom] = shift >= 0n ? [digits * 10n ** shift, 1n] : [digits, 10n ** -shift];
    const more = top % bottom === 0n ? 0n : 1n;
    magnitude = top / bottom >= 10n ** 18n ? MOST : (top / bottom) * 2n + more;
  }
  return sign === "-" ? -magnitude : magnitude;
}

const NAMED = [
  "0",
  "-0",
  "0.0",
  "1",
  "-1",
  "100",
  "100.0",
  "100.000",
  "100.5",
  "1e2",
  "1.0e0",
  "0.10",
  "1E0",
  "4294967294",
  "4294967295",
  "4294967296",
  "-4294967295",
  "-4294967296",
  "99999999999999999999",
  "0.7",
  "0.70",
  "1.0000000000000001",
  "0.999999999",
  "0.9999999999",
  "0.0000000001",
  "0.000000001",
  "999999999",
  "999999999.999999999",
  "999999999.9999999999",
  "1000000000",
  "1000000000.0",
  "-1e9",
  "1e8",
  "1e9",
  "9e8",
  "0.1e10",
  "0.01e11",
  "10e-1",
  "123e-9",
  "123e-10",
  "123e-12",
  "5e-10",
  "1e-9",
  "0e99999999999",
  "1e99999999999",
  "-1e99999999999",
  "1e-99999999999",
  "-1e-99999999999",
  "0.0e-5",
  "100e+0000000000000001",
  "1e00000000000000000009",
  "1e-0000000000000000009",
];

describe("integers", () => {
  test.each(NAMED)("%s is what BigInt says", (text) => {
    expect(read(x.readInteger, text)).toBe(integerOracle(text));
  });

  test("random numbers are what BigInt says, and digits behind the end do not count", () => {
    fc.assert(
      fc.property(NUMBER, fc.constantFrom("7", ".", "e", "0"), (text, behind) => {
        expect(read(x.readInteger, text, behind)).toBe(integerOracle(text));
      }),
      SEED,
    );
  });

  test("a thousand digits saturate and do not wrap", () => {
    for (let len = 1; len < 1000; len += 7) {
      const text = "9".repeat(len);
      expect(read(x.readInteger, text)).toBe(integerOracle(text));
      expect(read(x.readInteger, `-${text}`)).toBe(integerOracle(`-${text}`));
    }
  });
});

describe("decimals", () => {
  test.each(NAMED)("%s is what BigInt says", (text) => {
    expect(read(x.readFixed, text)).toBe(fixedOracle(text));
  });

  test("random numbers are what BigInt says", () => {
    fc.assert(
      fc.property(NUMBER, fc.constantFrom("7", ".", "e", "0"), (text, behind) => {
        expect(read(x.readFixed, text, behind)).toBe(fixedOracle(text));
      }),
      SEED,
    );
  });

  test("numbers near the limits of the APIs compare as they are written", () => {
    const sorted = [
      "-1e9",
      "-2.0",
      "-1.0000000001",
      "-1",
      "-0.5",
      "0",
      "1e-20",
      "0.5",
      "0.7",
      "0.9999999999",
      "1",
      "1.00000000001",
      "1.5",
      "2",
      "2.0000000001",
      "100000000",
      "1e300",
    ];
    const values = sorted.map((text) => read(x.readFixed, text));
    for (let i = 1; i < values.length; i++) {
      expect(values[i] > values[i - 1], `${sorted[i - 1]} < ${sorted[i]}`).toBe(true);
    }
    expect(read(x.readFixed, "1")).toBe(2_000_000_000n);
    expect(read(x.readFixed, "0.70")).toBe(read(x.readFixed, "7e-1"));
  });

  test("long fractions and exponents that undo each other are exact", () => {
    const zeros = "0".repeat(500);
    for (const text of [`0.${zeros}5e501`, `5${zeros}e-500`, `1${zeros}.5e-501`, `0.${zeros}1`]) {
      const want =
        text.startsWith("0.0") && text.endsWith("1") && !text.includes("e") ? 1n : undefined;
      const [mantissa, exponent] = text.split("e");
      if (want !== undefined) expect(read(x.readFixed, text)).toBe(want);
      else expect(read(x.readFixed, text)).toBe(exactOracle(mantissa, BigInt(exponent)));
    }
  });
});

/** As `fixedOracle`, for exponents of any size whose result is small. */
function exactOracle(mantissa: string, exponent: bigint): bigint {
  const [whole, fraction = ""] = mantissa.split(".");
  const digits = BigInt(whole + fraction);
  const shift = exponent - BigInt(fraction.length) + 9n;
  const [top, bottom] = shift >= 0n ? [digits * 10n ** shift, 1n] : [digits, 10n ** -shift];
  return (top / bottom) * 2n + (top % bottom === 0n ? 0n : 1n);
}

/** Random streams, biased to what decides, against the oracle. */
import fc from "fast-check";
import type { Probe } from "../../support/probe.ts";
import { drive, WIDE_CAP, withoutPlaces } from "./drive.ts";
import { expectedLog } from "./oracle.ts";

const PIECE = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n\r") },
  {
    weight: 6,
    arbitrary: fc.constantFrom("data", "data:", "data: ", "data:  ", "event: ", "event:", "id: 1"),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "retry: 10",
      "retry:",
      "9",
      "0",
      ":",
      " ",
      ": note",
      "\0",
      "dat",
      "Data: ",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "\xef\xbb\xbf",
      "\xef\xbb",
      "\xc3\xa9",
      "\xf0\x9f\x98\x80",
      "\xff",
      "\x85",
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom("data: a\n\n", "data: b\r\n", "event: e\ndata: c\r\r", ": c\n"),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom("a", "b", "{}", "[DONE]", "0123456789abcdef", "x".repeat(70)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
  },
);

const STREAM = fc
  .tuple(
    fc.constantFrom("", "", "", "\xef\xbb\xbf"),
    fc.array(PIECE, { maxLength: 30, size: "max" }),
  )
  .map(([mark, pieces]) => new Uint8Array(Buffer.from(mark + pieces.join(""), "latin1")));

const CAP = fc.oneof(
  fc.constant(WIDE_CAP),
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 60, max: 90 }),
);

/** Compares `runs` streams, each whole and in random windows; answers how many events there were. */
export function runProperty(
  probe: Probe,
  runs: number,
  seed: number,
): { events: number; overflows: number } {
  const seen = { events: 0, overflows: 0 };
  fc.assert(
    fc.property(STREAM, CAP, fc.array(fc.nat(0xffff), { maxLength: 6 }), (bytes, cap, places) => {
      const cuts = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
      const wanted = expectedLog(bytes, cap).join("\n");
      const whole = withoutPlaces(drive(probe, bytes, [], cap)).join("\n");
      const cut = withoutPlaces(drive(probe, bytes, cuts, cap)).join("\n");
      if (whole !== wanted) throw new Error(`whole:\n${whole}\nwanted:\n${wanted}`);
      if (cut !== wanted) throw new Error(`cut at ${cuts}:\n${cut}\nwanted:\n${wanted}`);
      seen.events += wanted.split("\n").length - 1;
      if (wanted.includes("overflow")) seen.overflows += 1;
    }),
    { numRuns: runs, seed },
  );
  return seen;
}

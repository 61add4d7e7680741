/** Random messages of the AWS clients' encoder, cut at random; damaged ones against the clients' decoder. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { CODEC, encodeMessage, type HeaderValue, joined } from "../../support/event_stream.ts";
import { Probe } from "../../support/probe.ts";
import { drive, withoutPlaces } from "./drive.ts";

const probe = new Probe();
const SEED = 20_261_121;

const TEXT = fc.string({ maxLength: 40, unit: fc.constantFrom(...'abcXYZ019 :-{}"\\') });
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });

const VALUE: fc.Arbitrary<HeaderValue> = fc.oneof(
  fc.boolean().map((value): HeaderValue => ({ type: "boolean", value })),
  fc.integer({ min: -128, max: 127 }).map((value): HeaderValue => ({ type: "byte", value })),
  fc.integer({ min: -32768, max: 32767 }).map((value): HeaderValue => ({ type: "short", value })),
  fc.integer().map((value): HeaderValue => ({ type: "integer", value })),
  bytes(70).map((value): HeaderValue => ({ type: "binary", value })),
  TEXT.map((value): HeaderValue => ({ type: "string", value })),
  fc.integer({ min: 0 }).map((ms): HeaderValue => ({ type: "timestamp", value: new Date(ms) })),
  fc.uuid().map((value): HeaderValue => ({ type: "uuid", value })),
);

const NAMES = [":event-type", ":exception-type", ":error-code", ":error-message"];
const TYPES = ["event", "exception", "error"];

/** A message as it is made, and the line that it gives. */
const MESSAGE = fc
  .record({
    type: fc.option(fc.constantFrom(...TYPES, "initial-response", "")),
    known: fc.array(fc.tuple(fc.constantFrom(...NAMES), VALUE), { maxLength: 3 }),
    others: fc.array(fc.tuple(fc.stringMatching(/^[a-z-]{1,30}$/), VALUE), { maxLength: 4 }),
    payload: bytes(300),
  })
  .map(({ type, known, others, payload }) => {
    const headers: Record<string, HeaderValue> = Object.fromEntries([...others, ...known]);
    if (type !== null) headers[":message-type"] = { type: "string", value: type };
    const parts = [TYPES.includes(type ?? "") ? type : "?"];
    for (const name of NAMES) {
      const header = headers[name];
      if (header?.type === "string") parts.push(`${name.slice(1)}=${JSON.stringify(header.value)}`);
    }
    parts.push(JSON.stringify(Buffer.from(payload).toString("latin1")));
    return { bytes: encodeMessage(headers, payload), line: parts.join(" ") };
  });

const FRACTIONS = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

test("messages of the reference encoder come back, whole and cut", () => {
  fc.assert(
    fc.property(fc.array(MESSAGE, { maxLength: 6 }), FRACTIONS, (messages, fractions) => {
      const stream = joined(...messages.map((message) => message.bytes));
      const cuts = fractions.map((at) => Math.round(at * stream.length)).sort((a, b) => a - b);
      const expected = [...messages.map(({ line }) => line), "end ok"];
      expect(withoutPlaces(drive(probe, stream, { cuts }))).toEqual(expected);
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

function referenceReads(message: Uint8Array): boolean {
  try {
    CODEC.decode(message);
    return true;
  } catch {
    return false;
  }
}

test("a damaged message is refused exactly when the reference decoder refuses it", () => {
  let refused = 0;
  fc.assert(
    fc.property(
      MESSAGE,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }),
      FRACTIONS,
      (message, damage, fractions) => {
        const stream = message.bytes.slice();
        for (const [at, mask] of damage) stream[at % stream.length] ^= mask;
        const cuts = fractions.map((at) => Math.round(at * stream.length)).sort((a, b) => a - b);
        const log = withoutPlaces(drive(probe, stream, { cuts }));
        const readable = referenceReads(stream);
        if (!readable) refused += 1;
        expect(log).toEqual(readable ? [message.line, "end ok"] : ["end corrupt"]);
      },
    ),
    { seed: SEED, numRuns: 1000 },
  );
  expect(refused).toBeGreaterThan(300);
});

test("any bytes are read to an end", () => {
  fc.assert(
    fc.property(bytes(200), FRACTIONS, (stream, fractions) => {
      const cuts = fractions.map((at) => Math.round(at * stream.length)).sort((a, b) => a - b);
      const log = drive(probe, stream, { cuts });
      const expected = stream.length === 0 ? "ok" : stream.length < 12 ? "truncated" : "corrupt";
      expect(log).toEqual([`end ${expected}`]);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

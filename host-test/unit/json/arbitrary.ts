/** Generators of JSON texts, of broken ones made from them, and of what may stand around them in memory. */
import fc from "fast-check";
import { utf8 } from "../../support/probe.ts";

const SPACE = fc.constantFrom(
  "",
  "",
  "",
  "",
  " ",
  "\n",
  "\t",
  "\r\n  ",
  " ".repeat(8),
  " ".repeat(19),
);
const HEX4 = fc.integer({ min: 0, max: 0xffff }).map((unit) => unit.toString(16).padStart(4, "0"));
const PIECE = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("a", "Z", "model", "0123456789abcdef", " ", "{", "]", ",", ":", "/"),
  },
  { weight: 2, arbitrary: fc.constantFrom("é", "€", "🙂", "\u2028", "\u007f", "\ufeff", "\uffff") },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\u0000", "\\uD7ff"),
  },
  { weight: 1, arbitrary: HEX4.map((hex) => `\\u${hex}`) },
);

/** The inside of a string token. */
export const CONTENT = fc.array(PIECE, { maxLength: 12 }).map((pieces) => pieces.join(""));

const STRING = CONTENT.map((content) => `"${content}"`);
const DIGITS = fc.stringMatching(/^[0-9]{1,12}$/);

/** A number token. */
export const NUMBER = fc.oneof(
  fc.constantFrom("0", "-0", "1", "-1", "0.0", "1e400", "-1E-400", "0e0"),
  fc.integer().map(String),
  fc
    .tuple(fc.constantFrom("", "-"), fc.integer({ min: 0 }), DIGITS)
    .map(([s, i, f]) => `${s}${i}.${f}`),
  fc
    .tuple(fc.integer(), fc.constantFrom("e", "E", "e+", "E-"), DIGITS)
    .map(([i, e, d]) => `${i}${e}${d}`),
);

const { value } = fc.letrec<{ value: string }>((tie) => {
  const padded = fc.tuple(SPACE, tie("value"), SPACE).map((parts) => parts.join(""));
  const member = fc
    .tuple(SPACE, STRING, SPACE, padded)
    .map(([a, key, b, v]) => `${a}${key}${b}:${v}`);
  const list = (open: string, item: fc.Arbitrary<string>, close: string): fc.Arbitrary<string> =>
    fc
      .tuple(SPACE, fc.array(item, { maxLength: 5, depthIdentifier: "json" }))
      .map(([space, items]) => {
        return items.length === 0 ? `${open}${space}${close}` : `${open}${items.join(",")}${close}`;
      });
  return {
    value: fc.oneof(
      { maxDepth: 5, depthIdentifier: "json" },
      { weight: 1, arbitrary: fc.constantFrom("null", "true", "false") },
      { weight: 1, arbitrary: NUMBER },
      { weight: 1, arbitrary: STRING },
      { weight: 4, arbitrary: list("[", padded, "]") },
      { weight: 4, arbitrary: list("{", member, "}") },
    ),
  };
});

/** A valid document. */
export const DOCUMENT = fc.tuple(SPACE, value, SPACE).map((parts) => utf8(parts.join("")));

const SPECIAL = [...Buffer.from('"\\{}[]:,-+.eE019tfnulrasx \n\t\0\x1f\x7f')].concat(
  0x80,
  0xc3,
  0xf0,
  0xff,
);

interface Change {
  kind: number;
  at: number;
  len: number;
  byte: number;
}

const CHANGE: fc.Arbitrary<Change> = fc.record({
  kind: fc.integer({ min: 0, max: 5 }),
  at: fc.nat(0xffff),
  len: fc.integer({ min: 1, max: 20 }),
  byte: fc.oneof(fc.constantFrom(...SPECIAL), fc.integer({ min: 0, max: 255 })),
});

/** One change of a text: replace, insert, delete, cut, repeat a piece, exchange two bytes. */
function change(bytes: Uint8Array, { kind, at, len, byte }: Change): Uint8Array<ArrayBuffer> {
  const place = at % (bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
  const piece = tail.subarray(0, len);
  const one = Uint8Array.of(byte);
  const parts = [
    [head, one, tail.subarray(1)],
    [head, one, tail],
    [head, tail.subarray(kind === 2 ? 1 : len)],
    [head],
    [head, piece, tail],
    [head, tail.subarray(1, 2), tail.subarray(0, 1), tail.subarray(2)],
  ];
  return new Uint8Array(Buffer.concat(parts[kind]));
}

/** A document with one to three changes; some are still valid. */
export const MUTANT = fc
  .tuple(DOCUMENT, fc.array(CHANGE, { minLength: 1, maxLength: 3 }))
  .map(([bytes, changes]) => changes.reduce<Uint8Array<ArrayBuffer>>(change, bytes));

/** What stands behind the end of a document in memory. */
export const BEHIND = fc
  .constantFrom(...['"', "]", "}", "0", "\0", " ", '\\"', '"]}', "alse", ",1"])
  .map(utf8);

/** Decisions of a walk, used one after the other and then again. */
export const DECISIONS = fc.array(fc.boolean(), { minLength: 1, maxLength: 16 });

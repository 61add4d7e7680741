/** Small pieces that generators share: texts with a mark that can be found again, awkward strings, awkward values. */
import { Raw, type Node } from "./json_tree.ts";
import type { Random } from "./random.ts";

const AWKWARD = [
  "",
  " ",
  "\n",
  "\t \r\n",
  "\u0000",
  "\u001f",
  '"',
  "\\",
  "\\u0041",
  "/",
  "</script>",
  "é",
  "漢字",
  "😀",
  "\ud83d",
  "\udc00x",
  "\u2028\u2029",
  "\ufeff",
  "null",
  "[DONE]",
  "data: x\n\n",
  "{}",
  '{"a":1}',
  "a".repeat(300),
  "日".repeat(90),
];

const WORDS = ["Paris", "the", "weather", "is", "12.5°", "fine", "to", "say", "naïve", "ok", "\n"];

/** Ordinary or awkward text, unmarked. */
export function anyText(random: Random): string {
  if (random.oneIn(4)) return random.pick(AWKWARD);
  return Array.from({ length: 1 + random.int(6) }, () => random.pick(WORDS)).join(" ");
}

/** Values of every kind, for places where another kind is expected. */
export function anyValue(random: Random, depth = 0): Node {
  switch (random.int(depth > 2 ? 8 : 10)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return random.pick([0, -1, 1, 2, 0.5, 1.5, 100, 4096, 1e9, -0.1]);
    case 3:
      return new Raw(random.pick(NUMBERS));
    case 4:
    case 5:
    case 6:
      return anyText(random);
    case 7:
      return random.oneIn(2) ? [] : new Raw("{}");
    default:
      return random.list(3, () => anyValue(random, depth + 1));
  }
}

const NUMBERS = [
  "1e400",
  "-1e400",
  "1E-400",
  "12345678901234567890",
  "4294967296",
  "2147483648",
  "-9223372036854775809",
  "0.1e1",
  "-0",
  "1.0000000000000000000000001",
  "100.0",
  "1e2",
  "9".repeat(400),
];

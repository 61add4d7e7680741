/** Damage to a message: of its tree, so that it stays JSON, and of its bytes, so that it may be anything. */
import { Members, Raw, type Node } from "./json_tree.ts";
import type { Random } from "./random.ts";
import { anyValue } from "./words.ts";

/** Changes a tree in one place: another type, a member twice, gone, renamed or nested deeply. */
export function mutateTree(node: Node, random: Random): Node {
  const depth = random.int(7);
  return mutateAt(node, random, depth);
}

function mutateAt(node: Node, random: Random, depth: number): Node {
  if (depth > 0 && Array.isArray(node) && node.length > 0) {
    const at = random.int(node.length);
    return node.map((item, index) => (index === at ? mutateAt(item, random, depth - 1) : item));
  }
  if (depth > 0 && node instanceof Members && node.entries.length > 0) {
    const at = random.int(node.entries.length);
    return new Members(
      node.entries.map(([key, value], index) =>
        index === at ? [key, mutateAt(value, random, depth - 1)] : [key, value],
      ),
    );
  }
  if (node instanceof Members && !random.oneIn(3)) return mutateMembers(node, random);
  if (Array.isArray(node) && !random.oneIn(3)) return mutateArray(node, random);
  return random.oneIn(12) ? nested(random) : anyValue(random);
}

function mutateMembers(node: Members, random: Random): Members {
  const entries = [...node.entries];
  const at = random.int(entries.length + 1);
  const [key, value] = entries[at] ?? ["type", "x"];
  switch (random.int(5)) {
    case 0:
      entries.splice(at, 1);
      break;
    case 1:
      entries.splice(random.int(entries.length + 1), 0, [key, anyValue(random)]);
      break;
    case 2:
      entries.push([key, value]);
      break;
    case 3:
      entries.splice(at, 1, [
        random.pick(["", "type", "role", "content", "__proto__", key]),
        value,
      ]);
      break;
    default:
      entries.splice(at, 1, [key, anyValue(random)]);
      break;
  }
  return new Members(entries);
}

function mutateArray(node: Node[], random: Random): Node[] {
  const items = [...node];
  const at = random.int(items.length + 1);
  switch (random.int(4)) {
    case 0:
      items.splice(at, 1);
      break;
    case 1:
      items.splice(at, 0, ...items.slice(0, 1 + random.int(4)));
      break;
    case 2:
      items.reverse();
      break;
    default:
      items.splice(at, 0, anyValue(random));
      break;
  }
  return items;
}

/** Around the limit of 128 levels, or far beyond it. */
function nested(random: Random): Raw {
  const depth = random.pick([20, 120, 126, 127, 128, 129, 600, 5000]);
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ['[{"b":', "}]"],
  ] as const);
  return new Raw(open.repeat(depth) + "1" + (random.oneIn(8) ? "" : close.repeat(depth)));
}

const BYTES = [0x00, 0x0a, 0x0d, 0x22, 0x5c, 0x7b, 0x7d, 0x2c, 0x3a, 0x80, 0xbf, 0xc0, 0xed, 0xff];
const PIECES = [
  "\\",
  "\\u12",
  "\\ud800",
  '"',
  "\r\n\r\n",
  "data: ",
  "{",
  "]",
  "\ufeff",
  "1e",
  "//",
];

/** Changes bytes: flips, cuts, doubles, inserts. The input is not touched. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let count = 1 + random.int(3); count > 0; count--) result = mutateOnce(result, random);
  return result;
}

function mutateOnce(bytes: Buffer<ArrayBuffer>, random: Random): Buffer<ArrayBuffer> {
  const at = random.int(bytes.length + 1);
  const length = 1 + random.int(random.oneIn(2) ? 3 : 60);
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.int(6)) {
    case 0: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length] = random.int(256);
      return copy;
    }
    case 1:
      return Buffer.from(before);
    case 2:
      return Buffer.concat([before, behind.subarray(length)]);
    case 3:
      return Buffer.concat([before, behind.subarray(0, length), behind]);
    case 4:
      return Buffer.concat([before, Buffer.from(random.pick(PIECES)), behind]);
    default:
      return Buffer.concat([before, Buffer.from([random.pick(BYTES)]), behind]);
  }
}

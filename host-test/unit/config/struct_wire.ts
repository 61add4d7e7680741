/** google.protobuf.Struct in wire form, as a control plane writes it. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
const block = (tag: number, bytes: number[]): number[] => [tag, ...varint(bytes.length), ...bytes];
const utf8 = (text: string): number[] => [...Buffer.from(text, "utf8")];

function valueBytes(value: Json): number[] {
  if (value === null) return [0x08, 0];
  if (typeof value === "boolean") return [0x20, value ? 1 : 0];
  if (typeof value === "string") return block(0x1a, utf8(value));
  if (Array.isArray(value)) {
    return block(
      0x32,
      value.flatMap((item) => block(0x0a, valueBytes(item))),
    );
  }
  if (typeof value === "object") return block(0x2a, [...structBytes(value)]);
  const number = Buffer.alloc(8);
  number.writeDoubleLE(value);
  return [0x11, ...number];
}

/** The message with these fields. */
export function structBytes(value: { [key: string]: Json }): Uint8Array {
  return new Uint8Array(
    Object.entries(value).flatMap(([key, member]) =>
      block(0x0a, [...block(0x0a, utf8(key)), ...block(0x12, valueBytes(member))]),
    ),
  );
}

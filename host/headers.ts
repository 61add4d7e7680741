/**
 * One header map as Envoy's: lower-case names, order kept, pseudo headers first, well-known single headers joined by
 * a comma when added twice, and `host` as another name of `:authority` in requests.
 */
import { MisuseError } from "./errors.ts";
import type { HeaderList } from "./pairs.ts";

/** Headers that Envoy keeps in one slot: a second `add` joins the values by a comma. */
const SINGLE_SLOT: ReadonlySet<string> = new Set([
  ":authority",
  ":method",
  ":path",
  ":scheme",
  ":status",
  "accept",
  "accept-encoding",
  "authorization",
  "cache-control",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "etag",
  "origin",
  "te",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "via",
  "x-request-id",
]);

/** An ordered, mutable header map. All text has one character per byte. */
export class HeaderMap {
  readonly pairs: HeaderList = [];

  /** `isRequest` turns on the `host` alias. The list is copied; names are lower-cased. */
  constructor(
    pairs: HeaderList,
    private readonly isRequest: boolean,
  ) {
    for (const [name, value] of pairs) this.add(name, value);
  }

  get size(): number {
    return this.pairs.length;
  }

  /** Sum of name and value lengths, as Envoy counts the size of a map. */
  get byteSize(): number {
    let bytes = 0;
    for (const [name, value] of this.pairs) bytes += name.length + value.length;
    return bytes;
  }

  /** The first value under `name`, or undefined. */
  get(name: string): string | undefined {
    const key = this.key(name);
    for (const pair of this.pairs) if (pair[0] === key) return pair[1];
    return undefined;
  }

  /** Adds a value behind existing ones; single-slot headers grow by a comma list instead. */
  add(name: string, value: string): void {
    const key = this.key(name);
    refuseControlBytes(key, value);
    const existing = SINGLE_SLOT.has(key) ? this.pairs.find((pair) => pair[0] === key) : undefined;
    if (existing !== undefined) existing[1] = `${existing[1]},${value}`;
    else if (key.startsWith(":")) this.pairs.splice(this.pseudoCount(), 0, [key, value]);
    else this.pairs.push([key, value]);
  }

  /** Removes every value under `name` and adds `value`, which thereby moves to the end of its group. */
  replace(name: string, value: string): void {
    this.remove(name);
    this.add(name, value);
  }

  /** Removes every value under `name`; returns whether there was one. */
  remove(name: string): boolean {
    const key = this.key(name);
    const before = this.pairs.length;
    for (let index = before - 1; index >= 0; index--) {
      if (this.pairs[index]?.[0] === key) this.pairs.splice(index, 1);
    }
    return this.pairs.length !== before;
  }

  /** A copy of the list, for what the other side has seen. */
  snapshot(): HeaderList {
    return this.pairs.map(([name, value]) => [name, value]);
  }

  private key(name: string): string {
    const lower = lowerAscii(name);
    return this.isRequest && lower === "host" ? ":authority" : lower;
  }

  private pseudoCount(): number {
    const index = this.pairs.findIndex(([name]) => !name.startsWith(":"));
    return index < 0 ? this.pairs.length : index;
  }
}

function lowerAscii(name: string): string {
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (run) => run.toLowerCase()) : name;
}

function refuseControlBytes(name: string, value: string): void {
  // Envoy asserts on these, and in a release build would let them split the message on the wire.
  if (/[\0\r\n]/.test(value) || /[\0\r\n ]/.test(name) || name === "") {
    throw new MisuseError(`header ${JSON.stringify(name)} has bytes that may not be in a header`);
  }
}

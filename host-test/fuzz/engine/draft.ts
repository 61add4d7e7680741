/** An input while it is made: bytes in one block that every input uses again. */
import type { Random } from "../random.ts";

/** Most bytes of an input; what does not fit is left out. */
export const MOST_BYTES = 16_384;

export class Draft {
  readonly bytes = Buffer.alloc(MOST_BYTES);
  used = 0;

  clear(): void {
    this.used = 0;
  }

  byte(value: number): void {
    if (this.used < MOST_BYTES) this.bytes[this.used++] = value;
  }

  /** Appends bytes, or the bytes that were appended to another draft. */
  add(token: Uint8Array, length = token.length): void {
    if (this.used + length > MOST_BYTES) return;
    const { bytes } = this;
    let to = this.used;
    for (let at = 0; at < length; at++) bytes[to++] = token[at] as number;
    this.used = to;
  }

  /** One character per byte. */
  get text(): string {
    return this.bytes.toString("latin1", 0, this.used);
  }

  /** Puts `token` in at `at`, over `over` bytes. */
  splice(at: number, over: number, token: Uint8Array): void {
    const end = Math.min(at + over, this.used);
    const grown = this.used + token.length - (end - at);
    if (grown > MOST_BYTES) return;
    this.bytes.copyWithin(at + token.length, end, this.used);
    this.bytes.set(token, at);
    this.used = grown;
  }
}

/** Tokens as bytes, one character per byte. */
export function tokens(...texts: string[]): Uint8Array[] {
  return texts.map((text) => new Uint8Array(Buffer.from(text, "latin1")));
}

const NOTHING = new Uint8Array(0);
const ONE = new Uint8Array(1);

/** Changes the bytes once to three times: replaced, put in, left out, cut, doubled. `special` are bytes that decide something. */
export function damage(draft: Draft, random: Random, special: readonly number[]): void {
  for (let count = 1 + random.int(3); count > 0; count--) damageOnce(draft, random, special);
}

function damageOnce(draft: Draft, random: Random, special: readonly number[]): void {
  const at = random.int(draft.used + 1);
  ONE[0] = random.oneIn(3) ? random.int(256) : random.pick(special);
  const most = draft.used - at;
  switch (random.int(6)) {
    case 0:
      return draft.splice(at, 1, ONE);
    case 1:
      return draft.splice(at, 0, ONE);
    case 2:
      return draft.splice(at, 1 + random.int(4), NOTHING);
    case 3:
      if (random.oneIn(3)) draft.used = at;
      return;
    case 4:
      return draft.splice(
        at,
        0,
        Uint8Array.from(draft.bytes.subarray(at, at + Math.min(1 + random.int(24), most))),
      );
    default:
      if (most < 2) return;
      ONE[0] = draft.bytes[at + 1] as number;
      draft.bytes[at + 1] = draft.bytes[at] as number;
      return draft.splice(at, 1, ONE);
  }
}

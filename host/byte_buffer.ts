/**
 * A growable body buffer with the edits that Envoy's buffer offers to a filter, and nothing more.
 * Follows the host notes, section 2.5 (measured on 1.40, with the older column as an option).
 */
import { Status } from "./abi.ts";
import { MisuseError } from "./errors.ts";

const EMPTY = new Uint8Array(0);

/** What to do with `set_buffer_bytes(type, 0, len, ...)` where 0 < len < size, which hosts treat differently. */
export type PrefixReplace = "refuse-test" | "drop-prefix" | "bad-argument";

/** Bytes with an own length inside a larger block; one instance is reused for many streams. */
export class ByteBuffer {
  private block: Uint8Array = EMPTY;
  private used = 0;

  get length(): number {
    return this.used;
  }

  /** A view of the content, valid until the next change of this buffer. */
  view(): Uint8Array {
    return this.block.subarray(0, this.used);
  }

  /** A copy of the content, which is emptied. */
  take(): Uint8Array {
    const copy = this.block.slice(0, this.used);
    this.used = 0;
    return copy;
  }

  clear(): void {
    this.used = 0;
  }

  /** Forgets the content, and the block too when it is larger than `keepBytes`. */
  release(keepBytes: number): void {
    this.used = 0;
    if (this.block.length > keepBytes) this.block = EMPTY;
  }

  append(bytes: Uint8Array): void {
    this.reserve(this.used + bytes.length);
    this.block.set(bytes, this.used);
    this.used += bytes.length;
  }

  /**
   * Applies `set_buffer_bytes`. `data` is copied at once. Status: BadArgument for a start inside the content,
   * and for a prefix when `prefix` says so. Throws MisuseError for a prefix in the strict mode.
   */
  edit(start: number, length: number, data: Uint8Array, prefix: PrefixReplace): number {
    if (start === 0) {
      if (length === 0) return this.prepend(data);
      if (length >= this.used) this.used = 0;
      else if (prefix === "bad-argument") return Status.BadArgument;
      else if (prefix === "refuse-test") throw partialPrefix(length, this.used);
      else this.drop(length);
      return this.prepend(data);
    }
    if (start < this.used) return Status.BadArgument;
    this.append(data);
    return Status.Ok;
  }

  private prepend(data: Uint8Array): number {
    this.reserve(this.used + data.length);
    this.block.copyWithin(data.length, 0, this.used);
    this.block.set(data, 0);
    this.used += data.length;
    return Status.Ok;
  }

  private drop(count: number): void {
    this.block.copyWithin(0, count, this.used);
    this.used -= count;
  }

  private reserve(size: number): void {
    if (size <= this.block.length) return;
    const grown = new Uint8Array(Math.max(size, this.block.length * 2, 256));
    grown.set(this.block.subarray(0, this.used));
    this.block = grown;
  }
}

function partialPrefix(length: number, size: number): MisuseError {
  return new MisuseError(
    `set_buffer_bytes replaces ${length} of ${size} bytes: Envoy versions differ on a partial prefix`,
  );
}

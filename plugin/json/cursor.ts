/**
 * Pull reader over one complete document. It validates what it passes, builds nothing and allocates
 * nothing; a failure sticks in `status` and every later call answers false.
 *
 *   c.enterObject(); while (c.nextKey()) { ... c.skip() or c.enterArray() ... }
 */
import { Ascii } from "../bytes/ascii";
import { equalsLiteral } from "../bytes/compare";
import { unescapeShort, UNESCAPED_KEY } from "./key";
import { findStringEnd, scanEscaped, scanStatus, skipSpace } from "./scan";
import { skipValue } from "./skip";
import { JsonKind, JsonStatus } from "./status";

@unmanaged
@final
export class JsonCursor {
  ptr: usize; // next byte to read
  end: usize;
  status: JsonStatus;
  depth: u32; // containers that may still be opened
  atFirst: bool; // no member of the innermost open container was passed yet
  keyPtr: usize; // last key, unescaped (valid until the next key)
  keyLen: u32;
  valuePtr: usize; // last value passed by `skip`: its first byte (a string's quote included)
  valueLen: u32;
  wordLen: u32; // of `word`

  /** Starts over `len` bytes with at most `depth` open containers. */
  open(ptr: usize, len: u32, depth: u32): void {
    this.end = ptr + len;
    this.ptr = skipSpace(ptr, this.end);
    this.status = JsonStatus.Ok;
    this.depth = depth;
    this.atFirst = false;
  }

  /** Kind of the value that comes next. */
  kind(): JsonKind {
    return this.ptr < this.end ? kindOf(this.ptr) : JsonKind.Invalid;
  }

  /** Steps into an object; false when none comes next. */
  enterObject(): bool {
    return this.enter(Ascii.BraceOpen);
  }

  /** Steps into an array; false when none comes next. */
  enterArray(): bool {
    return this.enter(Ascii.BracketOpen);
  }

  /** Goes to the next member's value and sets the key; false behind the last member. */
  nextKey(): bool {
    if (!this.nextItem(Ascii.BraceClose)) return false;
    if (<u32>load<u8>(this.ptr) != Ascii.Quote) return this.fail(JsonStatus.Unexpected);
    const start = this.ptr + 1;
    const quote = findStringEnd(start, this.end);
    if (quote == 0) return this.fail(scanStatus);
    this.keyPtr = start;
    this.keyLen = <u32>(quote - start);
    if (scanEscaped) {
      this.keyLen = unescapeShort(start, this.keyLen);
      this.keyPtr = UNESCAPED_KEY;
    }
    return this.passColon(quote + 1);
  }

  /** Goes to the next element; false behind the last one. */
  nextElement(): bool {
    return this.nextItem(Ascii.BracketClose);
  }

  /** True when the last key is this literal. */
  keyIs(literal: usize): bool {
    return equalsLiteral(this.keyPtr, this.keyLen, literal);
  }

  /** Passes the value that comes next and keeps its span in `valuePtr`, `valueLen`. */
  skip(): bool {
    if (this.status != JsonStatus.Ok) return false;
    const behind = skipValue(this.ptr, this.end, this.depth);
    if (behind == 0) return this.fail(scanStatus);
    this.valuePtr = this.ptr;
    this.valueLen = <u32>(behind - this.ptr);
    this.ptr = behind;
    return true;
  }

  /**
   * Address of the inside of the string that `skip` passed last, free of escapes, to be compared with words that we know; its
   * length is `wordLen`. Valid until the next key or word. As with keys, what is longer than any word is cut.
   */
  word(): usize {
    this.wordLen = this.valueLen - 2;
    if (!scanEscaped) return this.valuePtr + 1;
    this.wordLen = unescapeShort(this.valuePtr + 1, this.valueLen - 2);
    return UNESCAPED_KEY;
  }

  /** As `skip`; a null leaves an empty span at address 0. */
  skipNullable(): bool {
    const isNull = this.kind() == JsonKind.Null;
    if (!this.skip()) return false;
    if (isNull) this.forgetValue();
    return true;
  }

  /** As `skipNullable` when a value of this kind or null comes next; else false, nothing passed. */
  skipKind(kind: JsonKind): bool {
    const next = this.kind();
    if (next != kind && next != JsonKind.Null) return false;
    return this.skipNullable();
  }

  /** Passes true, false or null; `valueLen` is 4 for true, 5 for false and 0 for null. */
  skipBool(): bool {
    const next = this.kind();
    if (next != JsonKind.True && next != JsonKind.False && next != JsonKind.Null) return false;
    return this.skipNullable();
  }

  /** True when what failed is the document, not our expectation of a kind. */
  get broken(): bool {
    return this.status != JsonStatus.Ok || this.kind() == JsonKind.Invalid;
  }

  private forgetValue(): void {
    this.valuePtr = 0;
    this.valueLen = 0;
  }

  /** True when only white space is left. */
  finish(): bool {
    if (this.status != JsonStatus.Ok) return false;
    this.ptr = skipSpace(this.ptr, this.end);
    return this.ptr == this.end ? true : this.fail(JsonStatus.Trailing);
  }

  private enter(opener: u32): bool {
    if (this.status != JsonStatus.Ok) return false;
    if (this.ptr >= this.end) return this.fail(JsonStatus.Truncated);
    if (<u32>load<u8>(this.ptr) != opener) return this.fail(JsonStatus.Unexpected);
    if (this.depth == 0) return this.fail(JsonStatus.TooDeep);
    this.depth -= 1;
    this.ptr += 1;
    this.atFirst = true;
    return true;
  }

  /** Passes a comma or the closing bracket. */
  private nextItem(closer: u32): bool {
    if (this.status != JsonStatus.Ok) return false;
    let ptr = skipSpace(this.ptr, this.end);
    if (ptr >= this.end) return this.fail(JsonStatus.Truncated);
    const c = <u32>load<u8>(ptr);
    const first = this.atFirst;
    this.atFirst = false;
    if (c == closer) {
      this.ptr = ptr + 1;
      this.depth += 1;
      return false;
    }
    if (!first) {
      if (c != Ascii.Comma) return this.fail(JsonStatus.Unexpected);
      ptr = skipSpace(ptr + 1, this.end);
      if (ptr >= this.end) return this.fail(JsonStatus.Truncated);
    }
    this.ptr = ptr;
    return true;
  }

  private passColon(ptr: usize): bool {
    ptr = skipSpace(ptr, this.end);
    if (ptr >= this.end) return this.fail(JsonStatus.Truncated);
    if (<u32>load<u8>(ptr) != Ascii.Colon) return this.fail(JsonStatus.Unexpected);
    this.ptr = skipSpace(ptr + 1, this.end);
    return this.ptr < this.end ? true : this.fail(JsonStatus.Truncated);
  }

  private fail(status: JsonStatus): bool {
    this.status = status;
    return false;
  }
}

/** Kind of the value whose first byte is at `ptr`. */
export function kindOf(ptr: usize): JsonKind {
  const c = <u32>load<u8>(ptr);
  switch (c) {
    case Ascii.Quote:
      return JsonKind.String;
    case Ascii.BraceOpen:
      return JsonKind.Object;
    case Ascii.BracketOpen:
      return JsonKind.Array;
    case Ascii.LowerN:
      return JsonKind.Null;
    case Ascii.LowerT:
      return JsonKind.True;
    case Ascii.LowerF:
      return JsonKind.False;
    default:
      return c == Ascii.Minus || c - Ascii.Zero < 10 ? JsonKind.Number : JsonKind.Invalid;
  }
}

/**
 * Pull reader over an object with one large array, in windows: answers each element of the array and each other member as a
 * whole, in the order of the document, and holds no more than the one that is in the making. Every token is validated; whoever
 * gets one may read it without asking. A second array of the same name is a failure: what the first one held is gone by then.
 */
import { Ascii, isJsonSpace } from "../bytes/ascii";
import { allocateZeroed, release } from "../bytes/heap";
import { HeldBytes } from "../bytes/held_bytes";
import { equalsLiteral } from "../bytes/compare";
import { unescapeShort, UNESCAPED_KEY } from "./key";
import { skipValue } from "./skip";

export const enum ListEvent {
  /** The window is used up. */
  More = 0,
  /** An element: `valuePtr`, `valueLen`. */
  Item = 1,
  /** Another member: also `keyPtr`, `keyLen`. */
  Member = 2,
  /** The object is complete. What follows is not read: it may come long after the end was passed on. */
  End = 3,
  /** No such object. */
  Failed = 4,
  /** An element or member above the cap. */
  TooLarge = 5,
  NoMemory = 6,
}

const enum Place {
  Start = 0,
  FirstKey = 1,
  Key = 2,
  Colon = 3,
  Value = 4,
  FirstItem = 5,
  Item = 6,
  BehindItem = 7,
  BehindValue = 8,
  End = 9,
}

const enum Token {
  None = 0,
  String = 1,
  Container = 2,
  Scalar = 3,
}

const KEY_BYTES: u32 = 64;
const SLACK_BYTES: u32 = 16;

@unmanaged
@final
export class ArrayStream {
  arrayKey: usize; // literal
  cap: u32; // of one element or member
  depth: u32; // of one element or member
  place: Place;
  failure: ListEvent; // sticks
  ptr: usize; // next byte of the window
  end: usize;
  token: Token; // in the making
  tokenPtr: usize; // its first byte in this window
  level: u32; // open containers of the token
  inString: bool;
  escaped: bool; // the next byte belongs to an escape
  sawArray: bool;
  held: HeldBytes; // the beginning of a token that reached over the end of a window
  keyPtr: usize; // unescaped, cut at 64 bytes
  keyLen: u32;
  valuePtr: usize; // good until the next call
  valueLen: u32;

  /** Starts over a window; it stays in place until `next` answers More. */
  feed(ptr: usize, len: u32): void {
    this.ptr = ptr;
    this.end = ptr + len;
    this.tokenPtr = ptr;
  }

  /** What comes next. Everything but More, Item and Member is final. */
  next(): ListEvent {
    if (this.failure != ListEvent.More) return this.failure;
    if (this.token == Token.None) this.held.clear();
    while (true) {
      if (this.token == Token.None) {
        const event = this.step();
        if (event != ListEvent.Member) return event;
        // A token begins: Member stands for "go on" inside of this loop.
      }
      if (!this.scan()) return this.keepToken();
      const event = this.takeToken();
      if (event != ListEvent.More) return event;
    }
  }

  /** True when the object was read to its end. */
  get isComplete(): bool {
    return this.failure == ListEvent.More && this.place == Place.End;
  }

  /** Between tokens: punctuation up to the next token. Member: a token begins. */
  private step(): ListEvent {
    while (this.ptr < this.end && this.place != Place.End) {
      const c = <u32>load<u8>(this.ptr);
      if (isJsonSpace(c)) {
        this.ptr += 1;
        continue;
      }
      if (this.begins(c)) return ListEvent.Member;
      if (!this.passes(c)) return this.fail(ListEvent.Failed);
      this.ptr += 1;
    }
    return this.place == Place.End ? ListEvent.End : ListEvent.More;
  }

  /** True when a token begins with this byte. */
  private begins(c: u32): bool {
    switch (this.place) {
      case Place.FirstKey:
      case Place.Key:
        return c == Ascii.Quote && this.open(Token.String);
      case Place.Value:
        if (c == Ascii.BracketOpen && this.isArrayKey()) return false;
        return this.open(kindOfToken(c));
      case Place.FirstItem:
        return c != Ascii.BracketClose && this.open(kindOfToken(c));
      case Place.Item:
        return this.open(kindOfToken(c));
      default:
        return false;
    }
  }

  private isArrayKey(): bool {
    return equalsLiteral(this.keyPtr, this.keyLen, this.arrayKey);
  }

  private open(token: Token): bool {
    this.token = token;
    this.tokenPtr = this.ptr;
    this.level = 0;
    this.inString = false;
    this.escaped = false;
    return true;
  }

  /** Punctuation that this place allows. */
  private passes(c: u32): bool {
    switch (this.place) {
      case Place.Start:
        return c == Ascii.BraceOpen && this.go(Place.FirstKey);
      case Place.FirstKey:
        return c == Ascii.BraceClose && this.go(Place.End);
      case Place.Colon:
        return c == Ascii.Colon && this.go(Place.Value);
      case Place.Value:
        return this.enterArray();
      case Place.FirstItem:
        return this.go(Place.BehindValue);
      case Place.BehindItem:
        if (c == Ascii.Comma) return this.go(Place.Item);
        return c == Ascii.BracketClose && this.go(Place.BehindValue);
      case Place.BehindValue:
        if (c == Ascii.Comma) return this.go(Place.Key);
        return c == Ascii.BraceClose && this.go(Place.End);
      default:
        return false;
    }
  }

  private enterArray(): bool {
    if (this.sawArray) return false;
    this.sawArray = true;
    return this.go(Place.FirstItem);
  }

  private go(place: Place): bool {
    this.place = place;
    return true;
  }

  /** Goes to the end of the token; false when the window ends first. */
  private scan(): bool {
    if (this.token == Token.Scalar) return this.scanScalar();
    while (this.ptr < this.end) {
      const c = <u32>load<u8>(this.ptr);
      this.ptr += 1;
      if (this.escaped) this.escaped = false;
      else if (this.inString) this.inStringByte(c);
      else this.outsideByte(c);
      if (this.level == 0 && !this.inString) return true;
    }
    return false;
  }

  private inStringByte(c: u32): void {
    if (c == Ascii.Backslash) this.escaped = true;
    else if (c == Ascii.Quote) this.inString = false;
  }

  private outsideByte(c: u32): void {
    if (c == Ascii.Quote) this.inString = true;
    else if (c == Ascii.BraceOpen || c == Ascii.BracketOpen) this.level += 1;
    else if ((c == Ascii.BraceClose || c == Ascii.BracketClose) && this.level > 0) this.level -= 1;
  }

  /** A number or a word ends where something stands that cannot be part of it. */
  private scanScalar(): bool {
    while (this.ptr < this.end) {
      const c = <u32>load<u8>(this.ptr);
      if (isJsonSpace(c) || c == Ascii.Comma || c == Ascii.BraceClose || c == Ascii.BracketClose)
        return true;
      this.ptr += 1;
    }
    return false;
  }

  /** The window ended inside a token. */
  private keepToken(): ListEvent {
    if (this.hold()) return ListEvent.More;
    return this.failure;
  }

  /** Adds the token's bytes of this window to what is held. */
  private hold(): bool {
    const len = <u32>(this.ptr - this.tokenPtr);
    if (len > this.cap - this.held.len) {
      this.fail(ListEvent.TooLarge);
      return false;
    }
    if (!this.held.append(this.tokenPtr, len, this.cap)) {
      this.fail(ListEvent.NoMemory);
      return false;
    }
    this.tokenPtr = this.ptr;
    return true;
  }

  /** The token is complete: where it leads, and what is answered for it. */
  private takeToken(): ListEvent {
    this.valuePtr = this.tokenPtr;
    this.valueLen = <u32>(this.ptr - this.tokenPtr);
    if (this.held.len > 0) {
      if (!this.hold()) return this.failure;
      this.valuePtr = this.held.ptr;
      this.valueLen = this.held.len;
    } else if (this.valueLen > this.cap) return this.fail(ListEvent.TooLarge);
    this.token = Token.None;
    const behind = this.valuePtr + this.valueLen;
    if (skipValue(this.valuePtr, behind, this.depth) != behind) return this.fail(ListEvent.Failed);
    if (this.place == Place.FirstKey || this.place == Place.Key) {
      this.takeKey();
      this.held.clear();
      this.place = Place.Colon;
      return ListEvent.More;
    }
    const isItem = this.place != Place.Value;
    this.place = isItem ? Place.BehindItem : Place.BehindValue;
    return isItem ? ListEvent.Item : ListEvent.Member;
  }

  private takeKey(): void {
    const len = unescapeShort(this.valuePtr + 1, this.valueLen - 2);
    this.keyLen = len < KEY_BYTES ? len : KEY_BYTES;
    memory.copy(this.keyPtr, UNESCAPED_KEY, this.keyLen);
  }

  private fail(event: ListEvent): ListEvent {
    this.failure = event;
    return event;
  }
}

function kindOfToken(c: u32): Token {
  if (c == Ascii.Quote) return Token.String;
  return c == Ascii.BraceOpen || c == Ascii.BracketOpen ? Token.Container : Token.Scalar;
}

/**
 * A reader of documents whose array is named `arrayKey` (a literal), with elements of at most `cap` bytes and `depth` levels; null
 * without memory. The caller closes it.
 */
export function openArrayStream(arrayKey: usize, cap: u32, depth: u32): ArrayStream | null {
  const size = offsetof<ArrayStream>() + offsetof<HeldBytes>() + KEY_BYTES + SLACK_BYTES;
  const ptr = allocateZeroed(size);
  if (ptr == 0) return null;
  const list = changetype<ArrayStream>(ptr);
  list.held = changetype<HeldBytes>(ptr + offsetof<ArrayStream>());
  list.keyPtr = ptr + offsetof<ArrayStream>() + offsetof<HeldBytes>();
  list.arrayKey = arrayKey;
  list.cap = cap;
  list.depth = depth;
  return list;
}

/** Gives back what a reader owns, and itself. */
export function closeArrayStream(list: ArrayStream): void {
  list.held.free();
  release(
    changetype<usize>(list),
    offsetof<ArrayStream>() + offsetof<HeldBytes>() + KEY_BYTES + SLACK_BYTES,
  );
}

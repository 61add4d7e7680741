/**
 * Questions about members of a document by their paths, and cuts that take members out: `tools[].strict` is that member of any
 * element of `tools`. One walk answers up to 64 paths; what no path leads into is passed unread. Works on valid documents.
 */
import { Arena } from "../bytes/arena";
import { Ascii } from "../bytes/ascii";
import { equals, startsWith } from "../bytes/compare";
import { globMatches } from "../bytes/glob";
import { makeStruct, openRecords, openStruct, RecordList } from "../bytes/records";
import { openStructArray, StructArray } from "../bytes/struct_array";
import { TextList } from "../bytes/text_list";
import { Writer } from "../bytes/writer";
import { JsonCursor } from "./cursor";
import { unescapeShort, UNESCAPED_KEY } from "./key";
import { skipSpace } from "./scan";
import { DEPTH_CEILING } from "./skip";
import { findEscape } from "./string";
import { JsonKind } from "./status";

/** Most paths of one walk. */
export const MOST_PATHS: u32 = 64;
/** Most steps of a path; an element counts as one. */
export const MOST_STEPS: u32 = 12;

/** What a path asks of the value that it leads to. */
export const enum PathTest {
  /** Nothing: the value is taken out. */
  Cut = 0,
  /** It is not null. */
  Exists = 1,
  /** It is a text, an array or an object, and not empty. */
  NonEmpty = 2,
  /** It is one of `values`, which are JSON tokens. */
  Equals = 3,
  /** It is a text that begins with `text`. */
  Prefix = 4,
}

/** A step: the name of a member; length 0: any element of an array. */
@unmanaged
@final
class Step {
  ptr: usize;
  len: u32;
}

@unmanaged
@final
export class Path {
  test: PathTest;
  id: u32; // the caller's
  hit: bool; // answer of the last walk
  steps: StructArray<Step>;
  textPtr: usize; // Prefix: the beginning; Cut: a glob for `member`
  textLen: u32;
  memberPtr: usize; // Cut: only objects whose member of this name matches the glob; 0: whatever it is
  memberLen: u32;
  values: TextList | null; // Equals
}

/** Bytes that go. */
@unmanaged
@final
export class Cut {
  from: usize;
  to: usize;
}

@unmanaged
@final
export class PathSet {
  arena: Arena;
  paths: StructArray<Path>;
  cuts: RecordList<Cut>; // of the last walk, in order
  failed: bool; // out of memory: the cuts are not complete

  /** Adds a path, `[A-Za-z0-9_]` names with `.` and `[]`; null when it is none, when there are 64 already, or without memory. */
  add(ptr: usize, len: u32, test: PathTest): Path | null {
    const count = countSteps(ptr, len);
    const steps = openStructArray<Step>(this.arena, count);
    if (count == 0 || steps == null) return null;
    const path = this.paths.push();
    if (path == null) return null;
    path.test = test;
    path.steps = steps;
    fillSteps(steps, ptr, len);
    return path;
  }

  private cut(from: usize, to: usize): void {
    const cuts = this.cuts;
    if (cuts.count > 0 && cuts.at(cuts.count - 1).from == from) {
      cuts.at(cuts.count - 1).to = to;
      return;
    }
    const cut = cuts.push();
    if (cut == null) {
      this.failed = true;
      return;
    }
    cut.from = from;
    cut.to = to;
  }

  /** Walks a document: sets `hit` of each path and the list of cuts. A container that cuts leave empty goes with its name. */
  walk(ptr: usize, len: u32): void {
    for (let i: u32 = 0; i < this.paths.count; i++) this.paths.at(i).hit = false;
    this.cuts.truncate(0);
    const count = this.paths.count;
    if (count == 0) return;
    WALK.open(ptr, len, DEPTH_CEILING);
    this.visit(WALK, u64.MAX_VALUE >> (<u64>(MOST_PATHS - count)), 0);
  }

  /** Passes the value that comes next, `depth` steps down the paths in `active`; true when it is to be taken out. */
  private visit(c: JsonCursor, active: u64, depth: u32): bool {
    const from = c.ptr;
    const kind = c.kind();
    const mark = this.cuts.count;
    let inner: u64 = 0;
    let ends: u64 = 0;
    for (let rest = active; rest != 0; rest &= rest - 1) {
      const bit = rest & (~rest + 1);
      const path = this.paths.at(<u32>ctz(rest));
      if (path.steps.count == depth) ends |= bit;
      else if (kind == (path.steps.at(depth).len == 0 ? JsonKind.Array : JsonKind.Object))
        inner |= bit;
    }
    let gone = false;
    if (inner == 0) c.skip();
    else if (kind == JsonKind.Array) gone = this.visitArray(c, inner, depth);
    else gone = this.visitObject(c, inner, depth);
    if (ends != 0 && this.settle(ends, from, <u32>(c.ptr - from))) gone = true;
    if (gone) this.cuts.truncate(mark);
    return gone;
  }

  /** True when all members were taken out. */
  private visitObject(c: JsonCursor, active: u64, depth: u32): bool {
    let kept: usize = 0; // end of the last member that stays
    let lead: usize = 0; // start of the first member, while none stays
    c.enterObject();
    let behind = c.ptr;
    while (c.nextKey()) {
      const start = itemStart(behind, c.end);
      const mark = this.cuts.count;
      if (lead != 0) this.cut(lead, start);
      const inner = this.followKey(c, active, depth);
      const gone = inner != 0 && this.visit(c, inner, depth + 1);
      if (inner == 0) c.skip();
      behind = c.ptr;
      if (!gone) {
        kept = behind;
        lead = 0;
        continue;
      }
      this.cuts.truncate(mark);
      if (kept != 0) this.cut(kept, behind);
      else if (lead == 0) lead = start;
    }
    return kept == 0 && lead != 0;
  }

  /** True when all elements were taken out. */
  private visitArray(c: JsonCursor, active: u64, depth: u32): bool {
    let kept: usize = 0;
    let lead: usize = 0;
    c.enterArray();
    while (c.nextElement()) {
      const start = c.ptr;
      const mark = this.cuts.count;
      if (lead != 0) this.cut(lead, start);
      if (!this.visit(c, active, depth + 1)) {
        kept = c.ptr;
        lead = 0;
        continue;
      }
      this.cuts.truncate(mark);
      if (kept != 0) this.cut(kept, c.ptr);
      else if (lead == 0) lead = start;
    }
    return kept == 0 && lead != 0;
  }

  /** The paths among `active` whose step is the cursor's key. */
  private followKey(c: JsonCursor, active: u64, depth: u32): u64 {
    let inner: u64 = 0;
    for (let rest = active; rest != 0; rest &= rest - 1) {
      const step = this.paths.at(<u32>ctz(rest)).steps.at(depth);
      if (step.len == c.keyLen && equals(step.ptr, c.keyPtr, step.len)) inner |= rest & (~rest + 1);
    }
    return inner;
  }

  /** Asks the paths that end at a value; true when it is to be taken out. */
  private settle(ends: u64, ptr: usize, len: u32): bool {
    let gone = false;
    for (let rest = ends; rest != 0; rest &= rest - 1) {
      const path = this.paths.at(<u32>ctz(rest));
      if (!holds(path, ptr, len)) continue;
      path.hit = true;
      if (path.test == PathTest.Cut) gone = true;
    }
    return gone;
  }
}

/** The walk's own cursor, and one that looks into a value that was passed. */
const WALK: JsonCursor = makeStruct<JsonCursor>();
const LOOK: JsonCursor = makeStruct<JsonCursor>();

/** An empty set; null without memory. */
export function openPathSet(arena: Arena): PathSet | null {
  const set = openStruct<PathSet>(arena);
  const paths = openStructArray<Path>(arena, MOST_PATHS);
  const cuts = openRecords<Cut>(arena);
  if (set == null || paths == null || cuts == null) return null;
  set.arena = arena;
  set.paths = paths;
  set.cuts = cuts;
  return set;
}

/** Takes the cuts of a set out of the document in `out`, over which it was walked. */
export function applyCuts(set: PathSet, out: Writer): void {
  const cuts = set.cuts;
  if (cuts.count == 0) return;
  let to = cuts.at(0).from;
  for (let i: u32 = 0; i < cuts.count; i++) {
    const from = cuts.at(i).to;
    const end = i + 1 < cuts.count ? cuts.at(i + 1).from : out.cursor;
    memory.copy(to, from, end - from);
    to += end - from;
  }
  out.cursor = to;
}

/** Number of steps of a path; 0 when it is none or has too many. */
export function countSteps(ptr: usize, len: u32): u32 {
  const end = ptr + len;
  let count: u32 = 0;
  while (ptr < end) {
    const name = nameEnd(ptr, end);
    if (name == ptr) return 0;
    count += 1;
    for (ptr = name; isElement(ptr, end); ptr += 2) count += 1;
    if (ptr == end) return count <= MOST_STEPS ? count : 0;
    if (<u32>load<u8>(ptr) != Ascii.Dot) return 0;
    ptr += 1;
  }
  return 0;
}

function fillSteps(steps: StructArray<Step>, ptr: usize, len: u32): void {
  const end = ptr + len;
  while (ptr < end) {
    const name = nameEnd(ptr, end);
    pushStep(steps, ptr, <u32>(name - ptr));
    for (ptr = name; isElement(ptr, end); ptr += 2) pushStep(steps, ptr, 0);
    ptr += 1;
  }
}

function pushStep(steps: StructArray<Step>, ptr: usize, len: u32): void {
  const step = steps.push();
  if (step == null) return;
  step.ptr = ptr;
  step.len = len;
}

function nameEnd(ptr: usize, end: usize): usize {
  while (ptr < end && isNameByte(<u32>load<u8>(ptr))) ptr += 1;
  return ptr;
}

function isNameByte(c: u32): bool {
  return c != Ascii.Dot && c != Ascii.BracketOpen && c != Ascii.BracketClose;
}

function isElement(ptr: usize, end: usize): bool {
  if (ptr + 2 > end) return false;
  return <u32>load<u8>(ptr) == Ascii.BracketOpen && <u32>load<u8>(ptr, 1) == Ascii.BracketClose;
}

/** Where a member begins that follows `behind`, the end of the one before it or of the opening brace. */
function itemStart(behind: usize, end: usize): usize {
  const ptr = skipSpace(behind, end);
  return <u32>load<u8>(ptr) == Ascii.Comma ? skipSpace(ptr + 1, end) : ptr;
}

function holds(path: Path, ptr: usize, len: u32): bool {
  const first = <u32>load<u8>(ptr);
  switch (path.test) {
    case PathTest.Exists:
      return first != Ascii.LowerN;
    case PathTest.NonEmpty:
      return isNonEmpty(first, ptr, len);
    case PathTest.Equals:
      return isOneOf(path.values, ptr, len);
    case PathTest.Prefix:
      if (first != Ascii.Quote) return false;
      takeText(ptr, len);
      return startsWith(textPtr, textLen, path.textPtr, path.textLen);
    default:
      return path.memberPtr == 0 || memberMatches(path, ptr, len);
  }
}

function isNonEmpty(first: u32, ptr: usize, len: u32): bool {
  if (first == Ascii.Quote) return len > 2;
  if (first != Ascii.BraceOpen && first != Ascii.BracketOpen) return false;
  return skipSpace(ptr + 1, ptr + len) < ptr + len - 1;
}

/** Content of the text read last: without its quotes, short texts without escapes. */
let textPtr: usize = 0;
let textLen: u32 = 0;

function takeText(ptr: usize, len: u32): void {
  textPtr = ptr + 1;
  textLen = len - 2;
  if (findEscape(textPtr, textPtr + textLen) == textPtr + textLen) return;
  textLen = unescapeShort(textPtr, textLen);
  textPtr = UNESCAPED_KEY;
}

function isOneOf(values: TextList | null, ptr: usize, len: u32): bool {
  if (values == null) return false;
  const isText = <u32>load<u8>(ptr) == Ascii.Quote;
  if (isText) takeText(ptr, len);
  for (let i: u32 = 0; i < values.count; i++) {
    const value = values.ptr(i);
    const valueLen = values.len(i);
    if (isText != (<u32>load<u8>(value) == Ascii.Quote)) continue;
    if (!isText && valueLen == len && equals(value, ptr, len)) return true;
    if (isText && valueLen - 2 == textLen && equals(value + 1, textPtr, textLen)) return true;
  }
  return false;
}

function memberMatches(path: Path, ptr: usize, len: u32): bool {
  LOOK.open(ptr, len, DEPTH_CEILING);
  let matches = false;
  LOOK.enterObject();
  while (LOOK.nextKey()) {
    const isIt = LOOK.keyLen == path.memberLen && equals(LOOK.keyPtr, path.memberPtr, LOOK.keyLen);
    const isText = LOOK.kind() == JsonKind.String;
    LOOK.skip();
    if (!isIt) continue;
    matches = false;
    if (!isText) continue;
    takeText(LOOK.valuePtr, LOOK.valueLen);
    matches = globMatches(path.textPtr, path.textLen, textPtr, textLen);
  }
  return matches;
}

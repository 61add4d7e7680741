/**
 * A list of fixed-size records in an arena: segments of 64 records (or of 4, for lists that are mostly short) and a
 * directory that doubles. Records never move, so a reference stays good until the arena is reset.
 */
import { Arena } from "./arena";
import { clear } from "./copy";
import { allocateZeroed } from "./heap";

const SEGMENT_SHIFT: u32 = 6;
const SMALL_SEGMENT_SHIFT: u32 = 2;
const FIRST_DIRECTORY: u32 = 16;

@unmanaged
@final
export class RecordList<T> {
  arena: Arena;
  count: u32;
  directory: usize; // u32 address per segment
  directoryCap: u32; // segments it can name
  shift: u32; // records of a segment, as a power of two

  /** The record at `index`; the caller has checked that it is below `count`. */
  at(index: u32): T {
    const shift = this.shift;
    const segment = <usize>load<u32>(this.directory + ((index >> shift) << 2));
    return changetype<T>(segment + (index & ((1 << shift) - 1)) * offsetof<T>());
  }

  /** Appends a zeroed record; null without memory. */
  push(): T | null {
    const index = this.count;
    const shift = this.shift;
    if ((index & ((1 << shift) - 1)) == 0 && !this.openSegment(index >> shift)) return null;
    this.count = index + 1;
    const record = this.at(index);
    clear(changetype<usize>(record), offsetof<T>());
    return record;
  }

  /** Drops the records from `count` on. */
  truncate(count: u32): void {
    this.count = count;
  }

  private openSegment(number: u32): bool {
    if (number >= this.directoryCap && !this.growDirectory()) return false;
    const slot = this.directory + (number << 2);
    // A segment that a truncate left behind is used again.
    if (load<u32>(slot) != 0) return true;
    const segment = this.arena.take(offsetof<T>() << this.shift);
    store<u32>(slot, <u32>segment);
    return segment != 0;
  }

  private growDirectory(): bool {
    const cap = this.directoryCap == 0 ? FIRST_DIRECTORY : this.directoryCap << 1;
    const directory = this.arena.takeZeroed(cap << 2);
    if (directory == 0) return false;
    memory.copy(directory, this.directory, this.directoryCap << 2);
    this.directory = directory;
    this.directoryCap = cap;
    return true;
  }
}

/** An empty list whose records live in `arena`; null without memory. */
export function openRecords<T>(arena: Arena): RecordList<T> | null {
  return openList<T>(arena, SEGMENT_SHIFT);
}

/** As `openRecords`, for lists that live as long as a stream and rarely have more than a few records. */
export function openFewRecords<T>(arena: Arena): RecordList<T> | null {
  return openList<T>(arena, SMALL_SEGMENT_SHIFT);
}

function openList<T>(arena: Arena, shift: u32): RecordList<T> | null {
  const ptr = arena.takeZeroed(offsetof<RecordList<T>>());
  if (ptr == 0) return null;
  const list = changetype<RecordList<T>>(ptr);
  list.arena = arena;
  list.shift = shift;
  return list;
}

/** One zeroed struct in `arena`; null without memory. */
export function openStruct<T>(arena: Arena): T | null {
  return changetype<T | null>(arena.takeZeroed(offsetof<T>()));
}

/** A zeroed struct for a module-level constant: made while the module starts, never freed. */
export function makeStruct<T>(): T {
  return changetype<T>(allocateZeroed(offsetof<T>()));
}

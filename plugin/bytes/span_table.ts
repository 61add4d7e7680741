/** A fixed number of spans, addressed by a small enum: the members of an object, found in one walk. */
import { Arena } from "./arena";

@unmanaged
@final
export class SpanTable {
  base: usize; // count × (ptr: u32, len: u32)
  count: u32;

  /** Address of a span; 0 when it was not set. */
  ptr(index: u32): usize {
    return <usize>load<u32>(this.base + (index << 3));
  }

  /** Length of a span; 0 when it was not set. */
  len(index: u32): u32 {
    return load<u32>(this.base + (index << 3), 4);
  }

  /** True when a span was set. */
  has(index: u32): bool {
    return load<u32>(this.base + (index << 3)) != 0;
  }

  /** Sets a span; an earlier one is replaced. */
  set(index: u32, ptr: usize, len: u32): void {
    store<u32>(this.base + (index << 3), <u32>ptr);
    store<u32>(this.base + (index << 3), len, 4);
  }

  /** Forgets all spans. */
  clearAll(): void {
    memory.fill(this.base, 0, this.count << 3);
  }

  /** Forgets a span. */
  clear(index: u32): void {
    store<u64>(this.base + (index << 3), 0);
  }
}

/** A table of `count` unset spans in `arena`; null without memory. */
export function openSpanTable(arena: Arena, count: u32): SpanTable | null {
  const ptr = arena.takeZeroed(offsetof<SpanTable>() + (count << 3));
  if (ptr == 0) return null;
  const table = changetype<SpanTable>(ptr);
  table.base = ptr + offsetof<SpanTable>();
  table.count = count;
  return table;
}

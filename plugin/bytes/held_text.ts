/**
 * Text that is collected over several callbacks in an arena: chunks in a chain, which are used again after `reset`, since an arena
 * frees nothing.
 *
 *   chunk:  | next chunk: u32 | bytes in use: u32 | bytes ... |
 */
import { Arena } from "./arena";
import { Writer } from "./writer";

const NEXT: usize = 0;
const USED: usize = 4;
const HEAD: u32 = 8;
const CHUNK: u32 = 2048;

@unmanaged
@final
export class HeldText {
  arena: Arena;
  first: usize; // 0: no chunk yet
  last: usize; // the chunk that is written
  length: u32; // bytes held

  /** Appends a copy. False without memory; the text then has lost its end. */
  put(ptr: usize, len: u32): bool {
    while (len > 0) {
      const room: u32 = this.last == 0 ? 0 : CHUNK - load<u32>(this.last, USED);
      const piece = len < room ? len : room;
      if (piece == 0) {
        if (!this.nextChunk()) return false;
        continue;
      }
      const used = load<u32>(this.last, USED);
      memory.copy(this.last + HEAD + used, ptr, piece);
      store<u32>(this.last, used + piece, USED);
      this.length += piece;
      ptr += piece;
      len -= piece;
    }
    return true;
  }

  /** Forgets the text, keeps its chunks. */
  reset(): void {
    this.last = this.first;
    this.length = 0;
    if (this.first != 0) store<u32>(this.first, 0, USED);
  }

  /** First bytes of the text for a walk: `chunkLen` of them, then those of `nextOf`. 0: there is none. */
  firstChunk(): usize {
    return this.length == 0 ? 0 : this.first;
  }

  /** The chunk behind one; 0 behind the last that holds text. */
  nextOf(chunk: usize): usize {
    return chunk == this.last ? 0 : <usize>load<u32>(chunk, NEXT);
  }

  /** Appends the text as it is. */
  copyTo(out: Writer): void {
    for (let chunk = this.firstChunk(); chunk != 0; chunk = this.nextOf(chunk)) {
      out.put(chunkPtr(chunk), chunkLen(chunk));
    }
  }

  private nextChunk(): bool {
    let chunk: usize = this.last == 0 ? 0 : <usize>load<u32>(this.last, NEXT);
    if (chunk == 0) {
      // The end of an arena's block is readable behind, so a chunk may be copied with slack.
      chunk = this.arena.take(HEAD + CHUNK);
      if (chunk == 0) return false;
      store<u32>(chunk, 0, NEXT);
      if (this.last == 0) this.first = chunk;
      else store<u32>(this.last, <u32>chunk, NEXT);
    }
    store<u32>(chunk, 0, USED);
    this.last = chunk;
    return true;
  }
}

/** First byte of a chunk's text. */
export function chunkPtr(chunk: usize): usize {
  return chunk + HEAD;
}

/** Bytes of a chunk's text. */
export function chunkLen(chunk: usize): u32 {
  return load<u32>(chunk, USED);
}

/** An empty text in `arena`; null without memory. */
export function openHeldText(arena: Arena): HeldText | null {
  const ptr = arena.takeZeroed(offsetof<HeldText>());
  if (ptr == 0) return null;
  const text = changetype<HeldText>(ptr);
  text.arena = arena;
  return text;
}

// Faults that a draw may miss, each with what it breaks; `npm run mutation -- --listed` expects every one of them to be caught.

/** A fault by its file, the source line that it is on (trimmed), and what stands there instead of a part of it. */
export interface Listed {
  readonly file: string;
  readonly line: string;
  readonly was: string;
  readonly becomes: string;
  readonly breaks: string;
}

type Row = readonly [line: string, was: string, becomes: string, breaks: string];

/** By file. An empty `was` stands for the whole line. */
const TABLE: Readonly<Record<string, readonly Row[]>> = {
  "plugin/filter/close.ts": [
    ["closeSource(stream);", "", ";", "missing free: the decoder of a stream that is over"],
    ["if (list != null) closeArrayStream(list);", "", ";", "missing free: the reader of a list"],
    ["if (upload != null) closeUpload(upload);", "", ";", "missing free: the parts of an upload"],
    ["if (arena != null) closeArena(arena);", "", ";", "missing free: what a stream kept"],
    ["if (path != null) closeArena(path);", "", ";", "missing free: a path"],
    ["settleOutcome(stream);", "", ";", "a key that failed stays in turn"],
  ],
  "plugin/sse/open.ts": [
    ["release(changetype<usize>(decoder), TOTAL);", "", ";", "missing free: a decoder's own block"],
  ],
  "plugin/filter/registry.ts": [
    [
      "STREAMS.remove(stream.id);",
      "",
      ";",
      "use after free: the table leads to a stream that is gone",
    ],
    ["hole = at;", "", ";", "wrong index: a stream behind a hole is lost"],
    [
      "release(oldSlots, oldCount << SLOT_SHIFT);",
      "",
      ";",
      "missing free: the table before it grew",
    ],
  ],
  "plugin/bytes/arena.ts": [
    ["release(chunk, size);", "", ";", "missing free: every chunk but the first"],
    [
      "this.limit = chunk + size - SLACK;",
      "chunk + size - SLACK",
      "chunk + size",
      "off by one: a copy writes behind a block",
    ],
  ],
  "plugin/bytes/heap.ts": [
    [
      "return 32 - clz<u32>(size - 1);",
      "size - 1",
      "size",
      "wrong index: a size that fills its class",
    ],
  ],
  "plugin/bytes/held_bytes.ts": [
    [
      "memory.copy(block, this.ptr, this.len);",
      "",
      ";",
      "held bytes are lost when the buffer grows",
    ],
    [
      "if (len > cap - this.len) return false;",
      "len > cap - this.len",
      "len >= cap - this.len",
      "limit: a value of the cap's size",
    ],
  ],
  "plugin/bytes/writer.ts": [
    ["memory.copy(block, this.start, used);", "", ";", "output is lost when its block grows"],
    [
      "this.end = block + size - SLACK;",
      "block + size - SLACK",
      "block + size",
      "off by one: a lane is written behind the block",
    ],
  ],
  "plugin/sse/decoder.ts": [
    [
      "if (this.borrowed) this.keepBorrowed();",
      "",
      ";",
      "dropped flush: data of a window that is gone",
    ],
    [
      "this.afterCr = <u32>load<u8>(lineEnd) == Ascii.CarriageReturn;",
      "",
      ";",
      "CR and LF in two pieces end two lines",
    ],
    [
      "if (hasByteOrderMark(ptr, end)) ptr += MARK_BYTES;",
      "",
      ";",
      "a byte order mark hides the first field",
    ],
    [
      "if (this.hasData && !this.keepData(NEWLINE, 1)) return;",
      "",
      ";",
      "two data lines run together",
    ],
    [
      "if (value < end && <u32>load<u8>(value) == Ascii.Space) value += 1;",
      "value += 1",
      "value += 2",
      "off by one in a span: the first byte of data",
    ],
    [
      "return ptr < end ? ptr : end;",
      "ptr < end ? ptr : end",
      "ptr",
      "off by one: a line end behind the window",
    ],
  ],
  "plugin/eventstream/decoder.ts": [
    ["this.held.clear();", "", ";", "a message that was answered is answered again"],
    [
      "headers <= total - FRAME_BYTES &&",
      "headers <= total - FRAME_BYTES",
      "headers < total - FRAME_BYTES",
      "off by one: a message without payload",
    ],
    [
      "this.payloadLen = <u32>(ptr + body - payload);",
      "ptr + body - payload",
      "ptr + total - payload",
      "span: the checksum counts as payload",
    ],
  ],
  "plugin/translate/chat/stream.ts": [
    ["flushText(out, s);", "", ";", "dropped flush: text that was held back"],
    ["stopAllBlocks(out, s);", "", ";", "dropped flush: a tool call that is open at the end"],
    ["stopBlock(out, s, index);", "", ";", "a block of the opening is never closed"],
  ],
  "plugin/filter/events.ts": [
    ["stream.consumed = size;", "", ";", "wrong index: held bytes are translated twice"],
    [
      "if (out.length > 0) replaceBuffer(BufferType.ResponseBody, out.start, out.length);",
      "",
      ";",
      "dropped flush: the end before trailers",
    ],
  ],
  "plugin/filter/callbacks.ts": [
    [
      "const action = stream == null ? Action.Continue : onRequestTrailers(stream);",
      "onRequestTrailers(stream)",
      "Action.Continue",
      "a request that ends in trailers hangs",
    ],
  ],
  "plugin/json/array_stream.ts": [
    [
      "this.valueLen = this.held.len;",
      "this.held.len",
      "this.held.len - 1",
      "off by one in a span: an item in two pieces",
    ],
    [
      "if (len > this.cap - this.held.len) {",
      "len > this.cap - this.held.len",
      "len >= this.cap - this.held.len",
      "limit: an item of the cap's size in two pieces",
    ],
  ],
  "plugin/bytes/line_stream.ts": [
    ["this.lineLen -= 1;", "", ";", "off by one in a span: a carriage return stays in the line"],
    [
      "return this.held.len > 0 && this.finishLine();",
      "this.held.len > 0 && this.finishLine()",
      "false",
      "dropped flush: the last line of a file",
    ],
  ],
  "plugin/wire/bedrock_stream.ts": [
    [
      "unescapeInto(UNWRAPPED, PAYLOAD.bytesPtr + 1, len);",
      "PAYLOAD.bytesPtr + 1",
      "PAYLOAD.bytesPtr",
      "off by one in a span: the quote counts",
    ],
    ["PAYLOAD.originalStatus = 0;", "", ";", "an exception gets the status of the one before"],
  ],
};

/** The faults of the list. */
export const SEEDED: readonly Listed[] = Object.entries(TABLE).flatMap(([file, rows]) =>
  rows.map(([line, was, becomes, breaks]) => ({
    file,
    line,
    was: was === "" ? line : was,
    becomes,
    breaks,
  })),
);

/** The engines by plain calls, over blocks of their memory that stay: an input costs the engine, its reference and nothing else. */
import { Probe, type ProbeExports } from "../../support/probe.ts";
import { MOST_BYTES, type Draft } from "./draft.ts";

/** Bytes behind every input that would change its meaning if they were believed. */
const BEHIND = Buffer.from('"]}0\n\ndata: x\n\n\\\\u{[=\xff\x80', "latin1");
/** Largest output of an engine here. */
const MOST_WRITTEN = 4 * MOST_BYTES;

export class Lab {
  readonly probe = new Probe();
  readonly x: ProbeExports = this.probe.exports;
  /** Address of the input, or of the window that was put last. */
  readonly input: number;
  /** A writer for engines that write; `begin` empties it. */
  readonly writer: number;

  private view: Uint8Array = new Uint8Array(0);

  constructor() {
    this.input = this.x.allocate(MOST_BYTES + BEHIND.length) >>> 0;
    this.writer = this.x.makeWriter();
    this.begin();
  }

  /** Empties the writer and makes it large enough for whatever is written next. */
  begin(): void {
    this.x.writerBegin(this.writer, MOST_WRITTEN, MOST_WRITTEN);
  }

  /** What was written since `begin`, one character per byte. */
  get written(): string {
    return this.probe.latin1(this.x.writerStart(this.writer), this.x.writerLength(this.writer));
  }

  /** Puts a part of the draft where the window before it stood, so that nothing can stay borrowed. */
  put({ bytes, used }: Draft, from = 0, to = used): number {
    // A memory that has grown leaves an empty view behind.
    if (this.view.length === 0) this.view = this.probe.memory;
    const { input, view } = this;
    for (let at = from; at < to; at++) view[input + at - from] = bytes[at] as number;
    const end = input + to - from;
    for (let at = 0; at < BEHIND.length; at++) view[end + at] = BEHIND[at] as number;
    return input;
  }
}

/** Adds a number to a digest: two logs are the same when their digests are. */
export function fold(digest: number, value: number): number {
  return Math.imul(digest ^ value, 0x01000193) ^ (digest >>> 13);
}

/** The hash that the engines have as `fnv1a`, of a text with one character per byte. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

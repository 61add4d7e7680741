/** A state as the fragment of a link: JSON, deflated, in base64 for URLs. Browsers do not send fragments. */
import { isState, type Key, type State } from "./state.ts";

const PREFIX = "#s=";
/** A link above this is longer than what some programs that pass links on take. */
export const LONG_LINK = 8000;
/** What a short fragment may unfold to; more is no state of this page. */
const MAX_BYTES = 8 * 1024 * 1024;
const KEYS: readonly Key[] = [
  "surface",
  "path",
  "headers",
  "request",
  "config",
  "answer",
  "status",
  "piece",
  "speed",
];

/** The fragment of a state. */
export async function toFragment(state: State): Promise<string> {
  const packed = await collect(
    through(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw")),
  );
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return PREFIX + btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The state of a fragment; undefined when there is none. Throws when there is one that cannot be read. */
export async function fromFragment(fragment: string): Promise<State | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  const binary = atob(fragment.slice(PREFIX.length).replace(/-/g, "+").replace(/_/g, "/"));
  const packed = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  const bytes = await collect(through(packed, new DecompressionStream("deflate-raw")));
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isState(value, KEYS)) throw new Error("the link holds something else");
  return value;
}

type Transform = CompressionStream | DecompressionStream;

function through(bytes: Uint8Array<ArrayBuffer>, transform: Transform): ReadableStream<Uint8Array> {
  return new Blob([bytes])
    .stream()
    .pipeThrough(transform as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const reader = stream.getReader();
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BYTES) throw new Error("the link unfolds to too much");
    blocks.push(new Uint8Array(value));
  }
  return new Uint8Array(await new Blob(blocks).arrayBuffer());
}

/** Streams of events: well-formed ones, and ones whose events were moved, doubled, lost or replaced. */
import { contentBlock, errorTree, stop, usage } from "./answer.ts";
import { print, tree, type Node, type Plain, type Spelling } from "./json_tree.ts";
import { mutateTree } from "./mutate.ts";
import type { Random } from "./random.ts";
import { anyText } from "./words.ts";

/** An event before it is framed: its name, and its data as a tree or as bytes. */
interface StreamEvent {
  name: string;
  data: Node | { bytes: string };
}

function event(name: string, data: { [key: string]: Plain }): StreamEvent {
  return { name, data: tree({ type: name, ...data }) };
}

/** The events of one message, in the order of the API. */
function messageEvents(random: Random): StreamEvent[] {
  const start = {
    id: "msg_01",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content: random.oneIn(10) ? [contentBlock(random, 77)] : [],
    stop_reason: null,
    stop_sequence: null,
    usage: usage(random),
  };
  const events = [event("message_start", { message: start })];
  if (random.oneIn(3)) events.push(event("ping", {}));
  const count = random.oneIn(300) ? 70 : random.int(5);
  for (let index = 0; index < count; index++) events.push(...blockEvents(random, index));
  events.push(event("message_delta", { delta: stop(random), usage: usage(random) }));
  events.push(event("message_stop", {}));
  return events;
}

function blockEvents(random: Random, index: number): StreamEvent[] {
  const block = contentBlock(random, index);
  const deltas = deltasOf(random, block);
  if (block["type"] === "text" && random.oneIn(6) === false) block["text"] = "";
  if (block["type"] === "thinking") block["signature"] = "";
  const events = [
    event("content_block_start", { index, content_block: block }),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
  ];
  // Some upstreams leave the last block open.
  if (!random.oneIn(20)) events.push(event("content_block_stop", { index }));
  return events;
}

function deltasOf(random: Random, block: { [key: string]: Plain }): Plain[] {
  switch (block["type"]) {
    case "text":
      return random.list(5, (): Plain => ({ type: "text_delta", text: anyText(random) }));
    case "tool_use":
      return random.list(4, (): Plain => {
        const piece = random.pick(['{"ci', 'ty":"', "Paris", '"}', "", '\\u00e9"', "[1,2"]);
        return { type: "input_json_delta", partial_json: piece };
      });
    case "thinking":
      return [
        ...random.list(3, (): Plain => ({ type: "thinking_delta", thinking: anyText(random) })),
        { type: "signature_delta", signature: "c2lnbmF0dXJl" },
      ];
    default:
      return random.oneIn(3) ? [{ type: "brand_new_delta", x: 1 }] : [];
  }
}

/** Moves, doubles, loses or replaces events. */
function disturb(events: StreamEvent[], random: Random): StreamEvent[] {
  const result = [...events];
  for (let count = 1 + random.int(3); count > 0 && result.length > 0; count--) {
    const at = random.int(result.length);
    const [taken] = result.slice(at, at + 1) as [StreamEvent];
    switch (random.int(7)) {
      case 0:
        result.splice(at, 1);
        break;
      case 1:
        result.splice(random.int(result.length), 0, taken);
        break;
      case 2:
        result.splice(at, 1);
        result.splice(random.int(result.length + 1), 0, taken);
        break;
      case 3:
        result.splice(at, 0, strange(random));
        break;
      case 4:
        if (!isBytes(taken.data)) {
          result[at] = { name: taken.name, data: mutateTree(taken.data, random) };
        }
        break;
      case 5:
        result[at] = { name: random.pick(["", "vertex_event", "ping"]), data: taken.data };
        break;
      default:
        result.length = at;
        break;
    }
  }
  return result;
}

function strange(random: Random): StreamEvent {
  const bytes = random.pick([
    "[DONE]",
    "",
    " ",
    "null",
    "{",
    '"x"',
    "not json",
    "[]",
    "{}{}",
    "\ufeff{}",
  ]);
  return random.pick<StreamEvent>([
    { name: "error", data: errorTree(random) },
    { name: "content_block_delta", data: { bytes } },
    { name: "", data: { bytes } },
    event("content_block_delta", {
      index: 4_294_967_295,
      delta: { type: "text_delta", text: "x" },
    }),
    event("content_block_start", { index: -1, content_block: { type: "text", text: "x" } }),
    event("brand_new_event", { index: 0 }),
    event("ping", {}),
  ]);
}

function isBytes(data: StreamEvent["data"]): data is { bytes: string } {
  return typeof data === "object" && data !== null && "bytes" in data;
}

/** Writes the frames with one of the line ends that the format allows. */
function frame(events: StreamEvent[], random: Random, spelling: Spelling | undefined): string {
  const lineEnd = random.oneIn(4) ? random.pick(["\r\n", "\r"]) : "\n";
  const space = random.oneIn(6) ? "" : " ";
  const parts: string[] = random.oneIn(20) ? ["\ufeff"] : [];
  for (const { name, data } of events) {
    if (random.oneIn(30)) parts.push(`: comment${lineEnd}`, random.oneIn(2) ? lineEnd : "");
    if (random.oneIn(40)) parts.push(`id: 1${lineEnd}retry: 5${lineEnd}unknown${lineEnd}`);
    if (name !== "" && !random.oneIn(8)) parts.push(`event:${space}${name}${lineEnd}`);
    const text = isBytes(data) ? data.bytes : print(data, spelling);
    // A line end between tokens may stand between two data lines instead.
    for (const line of text.split(/\r\n|\r|\n/)) parts.push(`data:${space}${line}${lineEnd}`);
    parts.push(lineEnd);
  }
  return parts.join("");
}

/** Data of the events of one stream, unframed; `plain`: each is the JSON that it was made as. */
export function eventData(random: Random, wild: boolean): { data: string[]; plain: boolean } {
  const spelling = random.oneIn(3) ? { random, rarity: 6, plainWords: true } : undefined;
  const events = messageEvents(random);
  const shown = wild ? disturb(events, random) : events;
  return {
    data: shown.map(({ data }) => (isBytes(data) ? data.bytes : print(data, spelling))),
    plain: !shown.some(({ data }) => isBytes(data)),
  };
}

/** A stream; `wild` allows anything, else it is what the API sends. */
export function streamBody(random: Random, wild: boolean): string {
  const spelling = random.oneIn(3) ? { random, rarity: 6, plainWords: true } : undefined;
  const events = messageEvents(random);
  const shown = wild && !random.oneIn(5) ? disturb(events, random) : events;
  let text = frame(shown, random, spelling);
  if (wild && random.oneIn(4)) text = text.slice(0, random.int(text.length + 1));
  if (random.oneIn(25)) text = text.replace(/(\r\n|\r|\n)+$/, "");
  return text;
}

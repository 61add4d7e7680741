/** What leaves for the client, event by event, and the text that a person would read of it. */

export interface ClientEvent {
  /** Its name, where it has one. */
  name: string | undefined;
  /** Its data; of a comment the comment. */
  data: string;
  /** Text that it adds to the answer. */
  said: string;
}

/** Puts pieces of an event stream together; what is no complete event yet is kept. */
export class EventReader {
  private readonly decoder = new TextDecoder();
  private rest = "";

  /** The events that `bytes` complete. */
  add(bytes: Uint8Array): ClientEvent[] {
    this.rest += this.decoder.decode(bytes, { stream: true });
    const blocks = this.rest.split(/\r?\n\r?\n/);
    this.rest = blocks.pop() ?? "";
    return blocks.filter((block) => block.trim() !== "").map(readEvent);
  }

  /** What never became an event. */
  get left(): string {
    return this.rest;
  }
}

function readEvent(block: string): ClientEvent {
  const lines = block.split(/\r?\n/);
  const field = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  const data = field("data").join("\n");
  if (data === "") return { name: undefined, data: block, said: "" };
  return { name: field("event")[0], data, said: saidIn(data) };
}

interface AnyEvent {
  type?: string;
  delta?: string | { text?: string };
  choices?: { text?: string; delta?: { content?: string | null } }[];
}

/** Text of an event of any of the APIs; what is something else says nothing. */
export function saidIn(data: string): string {
  const event = parse(data);
  if (event === undefined) return "";
  const choice = event.choices?.[0];
  if (choice !== undefined) return choice.delta?.content ?? choice.text ?? "";
  if (event.type === "response.output_text.delta" && typeof event.delta === "string")
    return event.delta;
  const isNative = event.type === "content_block_delta" && typeof event.delta === "object";
  return isNative ? ((event.delta as { text?: string }).text ?? "") : "";
}

function parse(data: string): AnyEvent | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as AnyEvent) : undefined;
  } catch {
    return undefined;
  }
}

// Five turns of an assistant that thinks and calls tools, as the Messages API streams them.

import type { Rig } from "./rig.ts";
import { answerStream, streamOf } from "./answers.ts";

/** A content block. */
export type Block = Record<string, unknown> & { type: string };

const LONG_SIGNATURE = `${"EqQBCgIYAhIk".repeat(300)}/+==`;

const thinking = (text: string, signature: string): Block => ({
  type: "thinking",
  thinking: text,
  signature,
});
const redacted = (data: string): Block => ({ type: "redacted_thinking", data });
export const text = (words: string): Block => ({ type: "text", text: words });
const call = (id: string, city: string): Block => ({
  type: "tool_use",
  id,
  name: "get_weather",
  input: { city },
});

/** The turns: thinking in front, empty, redacted, between calls, between texts, and beside an answer. */
export const TURNS: readonly Block[][] = [
  [thinking('Ünïcode 👩‍💻, "quotes"\n\tand \\ back.', "c2ln+/=="), call("toolu_1", "Oslo")],
  [thinking("", LONG_SIGNATURE), redacted("RW1w+/=="), text("Next:"), call("toolu_2", "Bergen")],
  [
    thinking("One.", "UzE="),
    call("toolu_3", "Tromsø"),
    thinking("Two.\n\n", "UzI="),
    call("toolu_4", "Bodø"),
  ],
  [
    text("Let me see 🌧 "),
    thinking(" A place. ", "UzM="),
    text("and é now."),
    redacted("REQ="),
    thinking("", "UzQ="),
    call("toolu_5", "Ålesund"),
  ],
  [thinking("Done thinking.", "UzU="), text("It rains.")],
];

/** A block as the API streams it: strings in pieces. */
export function streamed(block: Block): { start: object; deltas: object[] } {
  const pieces = (words: unknown): string[] => {
    const all = [...String(words)];
    const half = Math.ceil(all.length / 2);
    return [all.slice(0, half).join(""), all.slice(half).join("")].filter((piece) => piece !== "");
  };
  const deltas = (type: string, key: string, words: unknown): object[] =>
    pieces(words).map((piece) => ({ type, [key]: piece }));
  switch (block.type) {
    case "thinking":
      return {
        start: { type: "thinking", thinking: "", signature: "" },
        deltas: [
          ...deltas("thinking_delta", "thinking", block["thinking"]),
          ...deltas("signature_delta", "signature", block["signature"]),
        ],
      };
    case "text":
      return {
        start: { type: "text", text: "" },
        deltas: deltas("text_delta", "text", block["text"]),
      };
    case "tool_use":
      return {
        start: { ...block, input: {} },
        deltas: deltas("input_json_delta", "partial_json", JSON.stringify(block["input"])),
      };
    default:
      return { start: block, deltas: [] };
  }
}

/** Scripts one streamed answer for each turn. */
export function enqueueTurns(rig: Rig): void {
  for (const turn of TURNS) {
    const reason = turn.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
    rig.upstream.enqueue(answerStream(streamOf(turn.map(streamed), reason)));
  }
}

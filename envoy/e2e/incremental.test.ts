// Every streamed event leaves in the callback in which its last byte arrived: the upstream does not send the next byte before
// the client has what the last one completed.

import { describe, expect, test } from "vitest";
import { CHAT, CHAT_PATH, SSE, payloads, streamOf, textBlock } from "../harness/answers.ts";
import { PROTOCOLS } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { useRig } from "../harness/rig.ts";
import type { Exchange } from "../upstream/exchange.ts";
import { messagesHeaders } from "../upstream/headers.ts";

const THINKING = {
  start: { type: "thinking", thinking: "", signature: "" },
  deltas: [
    { type: "thinking_delta", thinking: "Let me see" },
    { type: "signature_delta", signature: "c2lnbmF0dXJl" },
  ],
};
const TOOL = {
  start: { type: "tool_use", id: "toolu_01C", name: "look", input: {} },
  deltas: [{ type: "input_json_delta", partial_json: '{"at":"sea"}' }],
};
const EVENTS = streamOf([THINKING, textBlock("Grü", "ße 👋", "."), TOOL], "tool_use");

/** What the client must have seen once event `i` has arrived; undefined: the event has no output of its own. */
const SEEN: (string | undefined)[] = EVENTS.map((event) => {
  const marks: [string, string][] = [
    ["message_start", '"role":"assistant"'],
    ["Let me see", "Let me see"],
    ["c2lnbmF0dXJl", "c2lnbmF0dXJl"],
    ["Grü", "Grü"],
    ["ße 👋", "ße 👋"],
    ['text":"."', '"content":"."'],
    ["toolu_01C", "toolu_01C"],
    ["sea", "sea"],
    ["message_stop", "[DONE]"],
  ];
  return marks.find(([mark]) => event.includes(mark))?.[1];
});

/** Sends bytes and, with `seen`, waits until the client has it. */
type Send = (bytes: Uint8Array, seen: string | undefined) => Promise<void>;

async function lockstep(
  exchange: Exchange,
  send: Send,
  pieces: (event: Buffer) => Buffer[],
): Promise<void> {
  await exchange.body();
  exchange.head(200, messagesHeaders(exchange.serial, SSE));
  for (const [i, event] of EVENTS.entries()) {
    const parts = pieces(Buffer.from(event));
    for (const [k, part] of parts.entries()) {
      await send(part, k === parts.length - 1 ? SEEN[i] : undefined);
    }
  }
  exchange.end();
}

const matrix = VERSIONS.flatMap((version) =>
  PROTOCOLS.flatMap((down) => PROTOCOLS.map((up) => ({ version, down, up }))),
);

describe.each(matrix)("Envoy $version, client $down, upstream $up", ({ version, down, up }) => {
  const rig = useRig({ version, upstreamProtocol: up, trace: true });

  test("each event is with the client before the next is sent", async () => {
    rig().upstream.enqueue((exchange) =>
      lockstep(
        exchange,
        async (bytes, seen) => {
          await exchange.write(bytes);
          if (seen !== undefined) await answer.saw(seen);
        },
        (event) => [event],
      ),
    );
    const answer: ClientStream = rig()
      .client(down)
      .open({
        path: CHAT_PATH,
        headers: { "content-type": "application/json", authorization: "Bearer k" },
        body: JSON.stringify({ ...CHAT, stream: true }),
      });
    await answer.finished();
    expect(answer.outcome).toBe("complete");
    expect(payloads(answer.text).at(-1)).toBe("[DONE]");
  });

  test("an event cut before its last byte leaves with that byte", async () => {
    const { envoy, upstream } = rig();
    let before = "";
    upstream.enqueue((exchange) =>
      lockstep(
        exchange,
        async (bytes, seen) => {
          const from = envoy.log.lines.length;
          await exchange.write(bytes);
          if (seen !== undefined) {
            expect(before).not.toContain(seen);
            await answer.saw(seen);
          } else await envoy.log.line("[host<-vm] proxy_on_response_body return", from);
          before = answer?.text ?? "";
        },
        (event) => [event.subarray(0, -1), event.subarray(-1)],
      ),
    );
    const answer: ClientStream = rig()
      .client(down)
      .open({
        path: CHAT_PATH,
        headers: { "content-type": "application/json", authorization: "Bearer k" },
        body: JSON.stringify({ ...CHAT, stream: true }),
      });
    await answer.finished(20_000);
    expect(payloads(answer.text).at(-1)).toBe("[DONE]");
  });
});

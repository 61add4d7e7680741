// Bedrock's binary streams through a real Envoy: each message leaves in the callback in which its last byte came, exceptions
// become statuses or events, and what breaks off does not look whole.

import { describe, expect, test } from "vitest";
import { bedrockException } from "../../host-test/support/event_stream.ts";
import {
  answerMessages,
  CHAT,
  CHAT_PATH,
  messagesOf,
  payloads,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { PROTOCOLS } from "../harness/client.ts";
import type { ClientStream } from "../harness/client_stream.ts";
import { useRig } from "../harness/rig.ts";
import { bedrockHeaders } from "../upstream/headers.ts";

const FILTER = {
  version: 1,
  profile: { provider: { type: "bedrock", region: "us-east-1" }, auth: { mode: "client" } },
};
const WORDS = ["Grü", "ße 👋", "."];
const MESSAGES = messagesOf(streamOf([textBlock(...WORDS)]));
const THROTTLED = bedrockException("throttlingException", { message: "Too many tokens" });

const matrix = PROTOCOLS.flatMap((down) => PROTOCOLS.map((up) => ({ down, up })));

describe.each(matrix)("client $down, upstream $up", ({ down, up }) => {
  const rig = useRig({ upstreamProtocol: up, filter: FILTER });

  const ask = (): ClientStream =>
    rig()
      .client(down)
      .open({
        path: CHAT_PATH,
        headers: { "content-type": "application/json", authorization: "Bearer k" },
        body: JSON.stringify({ ...CHAT, stream: true }),
      });

  test("each message is with the client before the next is sent, however the message is cut", async () => {
    rig().upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, bedrockHeaders(exchange.serial));
      for (const [i, message] of MESSAGES.entries()) {
        const cut = (i * 37) % message.length;
        await exchange.write(message.subarray(0, cut));
        await exchange.write(message.subarray(cut));
        const word = WORDS[i - 2];
        if (i === 0) await answer.saw('"role":"assistant"');
        else if (word !== undefined) await answer.saw(word);
      }
      exchange.end();
    });
    const answer = ask();
    await answer.finished();
    expect(answer.outcome).toBe("complete");
    const [request] = rig().upstream.received;
    expect(request?.path).toBe(`/model/${CHAT.model}/invoke-with-response-stream`);
    expect(JSON.parse(Buffer.concat(request?.chunks ?? []).toString())).toEqual({
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: CHAT.max_tokens,
      messages: CHAT.messages,
    });
    expect(payloads(answer.text).at(-1)).toBe("[DONE]");
  });

  test("an exception first is the answer's status", async () => {
    rig().upstream.enqueue(answerMessages([THROTTLED]));
    const answer = ask();
    await answer.finished();
    expect(answer.status).toBe(429);
    expect(answer.json).toMatchObject({
      error: { message: "Too many tokens", type: "rate_limit_error" },
    });
  });

  test("an exception later is the last event", async () => {
    rig().upstream.enqueue(answerMessages([...MESSAGES.slice(0, 3), THROTTLED]));
    const answer = ask();
    await answer.finished();
    expect(answer.status).toBe(200);
    expect(payloads(answer.text).at(-1)).toMatchObject({ error: { message: "Too many tokens" } });
  });

  test("a stream that ends inside a message does not look whole", async () => {
    const cut = MESSAGES.slice(0, 4).map((message, i) =>
      i === 3 ? message.subarray(0, 50) : message,
    );
    rig().upstream.enqueue(answerMessages(cut));
    const answer = ask();
    await answer.finished();
    expect(payloads(answer.text).at(-1)).toMatchObject({ error: { code: "stream_truncated" } });
    expect(answer.text).not.toContain('"finish_reason":"stop"');
  });
});

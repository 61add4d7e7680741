// Several keys in a real Envoy: a key rests after the upstream's refusal, not after one of a filter behind this one.

import { describe, expect, test } from "vitest";
import { answerError, answerJson, CHAT, CHAT_PATH, message } from "../harness/answers.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { useRig } from "../harness/rig.ts";

const ENVIRONMENT = { KEY_1: "canary-1", KEY_2: "canary-2" };
const keys = Object.keys(ENVIRONMENT).map((env) => ({ name: env.toLowerCase(), env }));
const FILTER = { version: 1, profile: { auth: { mode: "keys", select: "first", keys } } };
const HELLO = message([{ type: "text", text: "Hi" }], "end_turn");

/** Answers 429 for requests that ask for it. */
const FAULT = {
  name: "envoy.filters.http.fault",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
    abort: { http_status: 429, percentage: { numerator: 100 } },
    headers: [{ name: "x-limited", present_match: true }],
  },
};

describe.each(VERSIONS)("Envoy %s", (version) => {
  const rig = useRig({
    version,
    filter: FILTER,
    env: ENVIRONMENT,
    environment: Object.keys(ENVIRONMENT),
    edit: ({ hcm }) => {
      hcm.http_filters.splice(-1, 0, FAULT);
    },
  });

  test("a key rests after the upstream's 429 only", async () => {
    const client = rig().client();
    const used: (string | undefined)[] = [];
    const ask = async (): Promise<void> => {
      const answer = await client.post(CHAT_PATH, CHAT);
      const seen = rig().upstream.received.at(-1);
      used.push(seen?.headers.find(([name]) => name === "x-api-key")?.[1]);
      expect(answer.status).toBe(used.length === 2 ? 429 : 200);
    };
    rig().upstream.enqueue(answerJson(200, HELLO));
    const limited = await client.post(CHAT_PATH, CHAT, { "x-limited": "yes" });
    expect(limited.status).toBe(429);
    expect(rig().upstream.received).toEqual([]);
    await ask();
    rig().upstream.enqueue(answerError(429, "rate_limit_error", "Slow down"));
    await ask();
    rig().upstream.enqueue(answerJson(200, HELLO));
    await ask();
    expect(used).toEqual([ENVIRONMENT.KEY_1, ENVIRONMENT.KEY_1, ENVIRONMENT.KEY_2]);
  });
});

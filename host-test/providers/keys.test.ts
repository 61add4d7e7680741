/** Keys of the configuration never reach a client, whatever an upstream does with them. Source: docs/errors.md, "Keys". */
import { expect, test } from "vitest";
import type { HeaderList } from "../host/index.ts";
import { answer, CHAT_HEADERS, Filter, HELLO, toBytes } from "../support/filter.ts";

const KEY = "canary-key";
const AUTH = {
  mode: "keys",
  keys: [
    { name: "first", value: "other-key" },
    { name: "a", value: KEY },
  ],
};
const CONFIG = { version: 1, profile: { provider: { type: "anthropic" }, auth: AUTH } };

test.each([
  ["/v1/chat/completions", 401, { error: { type: "authentication_error" } }],
  ["/v1/chat/completions", 200, { error: { type: "authentication_error" } }],
  ["/v1/messages", 401, { type: "error", error: { type: "authentication_error" } }],
])("an error that quotes one is not shown: %s, %i", (path, status, expected) => {
  const filter = Filter.load({ config: CONFIG });
  const headers: HeaderList = CHAT_HEADERS.map(([name, value]) =>
    name === ":path" ? [name, path] : [name, value],
  );
  const exchange = (message: string) =>
    filter.exchange({
      request: { headers, body: toBytes({ ...HELLO, max_tokens: 9 }) },
      response: answer({ type: "error", error: { type: "authentication_error", message } }, status),
    }).client;
  for (const text of [KEY, `${KEY}.`, `x ${KEY}`, `canary-canary-key${KEY}`]) {
    const client = exchange(text);
    expect(client.text()).not.toContain(KEY);
    expect(client.json()).toMatchObject(expected);
  }
  expect(exchange(KEY.slice(0, -1)).text()).toContain(KEY.slice(0, -1));
});

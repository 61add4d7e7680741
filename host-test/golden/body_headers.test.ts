/** What says something about the upstream's body does not stand beside the body that took its place. Decided by docs/headers.md. */
import { expect, test } from "vitest";
import { answer, answerEvents, Filter, HELLO, REPLY } from "../support/filter.ts";

const filter = Filter.load();
const DONE = `event: message_stop\ndata: {"type":"message_stop"}\n\n`;

test.each([
  "accept-ranges",
  "anthropic-organization-id",
  "content-digest",
  "content-md5",
  "digest",
  "etag",
  "last-modified",
])("%s", (name) => {
  const whole = filter.chat(HELLO, answer(REPLY, 200, [[name, "x"]]));
  expect(whole.client.status).toBe(200);
  expect(whole.client.header(name)).toBeUndefined();
  const streamed = filter.chat({ ...HELLO, stream: true }, answerEvents(DONE, [[name, "x"]]));
  expect(streamed.client.status).toBe(200);
  expect(streamed.client.header(name)).toBeUndefined();
});

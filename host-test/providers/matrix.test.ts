/** Every client surface, whole and streamed, to every provider, in every outcome. Rows: support/client_surfaces.ts, support/providers.ts. */
import { describe, expect, test } from "vitest";
import type { ExchangeResult, HeaderList } from "../host/index.ts";
import { SURFACES, type Seen, type Surface } from "../support/client_surfaces.ts";
import { CHAT_HEADERS, Filter, toBytes } from "../support/filter.ts";
import {
  EVENTS,
  FAILURES,
  jsonAnswer,
  MESSAGE,
  PROVIDERS,
  type ProviderCase,
  type UpstreamAnswer,
} from "../support/providers.ts";

const filters = new Map<string, Filter>();

function filterFor({ name, provider }: ProviderCase): Filter {
  let filter = filters.get(name);
  if (filter === undefined) {
    const config = { version: 1, profile: { provider, auth: { mode: "client" } } };
    filters.set(name, (filter = Filter.load({ config })));
  }
  return filter;
}

function send(
  surface: Surface,
  to: ProviderCase,
  stream: boolean,
  answer: UpstreamAnswer,
  thenReset = false,
): ExchangeResult {
  const headers: HeaderList = [
    ...CHAT_HEADERS.map(([name, value]): [string, string] =>
      name === ":path" ? [name, surface.path] : [name, value],
    ),
    ...surface.headers,
  ];
  return filterFor(to).exchange({
    request: { headers, body: toBytes(surface.request(stream)) },
    response: {
      headers: [[":status", String(answer.status)], ...Object.entries(answer.headers)],
      body: answer.body,
      cut: 7,
      thenReset,
    },
  });
}

const seen = ({ client }: ExchangeResult): Seen => ({
  status: client.status,
  contentType: client.header("content-type"),
  text: client.text(),
});

describe.each(SURFACES)("$name", (surface) => {
  describe.each(PROVIDERS)("to $name", (to) => {
    test("whole: ok", () => {
      const result = send(surface, to, false, jsonAnswer(200, MESSAGE));
      surface.checkWhole(seen(result));
      const [header, prefix] = to.credential;
      expect(result.upstream.header(":path")).toBe(to.whole);
      expect(result.upstream.header(header)).toBe(`${prefix}sk-test`);
    });

    test.each(FAILURES)("whole: %s", (failure) => {
      const answer = to.failures[failure];
      surface.checkError(seen(send(surface, to, false, answer)), failure, answer.status);
    });

    test.each(FAILURES)("streamed: %s", (failure) => {
      const answer = to.failures[failure];
      surface.checkError(seen(send(surface, to, true, answer)), failure, answer.status);
    });

    test("whole: breaks off in the middle", () => {
      const { body, ...head } = jsonAnswer(200, MESSAGE);
      const half = { ...head, body: body.subarray(0, body.length / 2) };
      const { client } = send(surface, to, false, half, true);
      expect(client.ended && client.status === 200).toBe(false);
    });

    test("streamed: ok", () => {
      const result = send(surface, to, true, to.stream(EVENTS));
      surface.checkStream(seen(result));
      expect(result.upstream.header(":path")).toBe(to.streamed);
    });

    test("streamed: an error in the middle", () => {
      surface.checkBroken(seen(send(surface, to, true, to.broken(EVENTS))));
    });

    test("streamed: breaks off in the middle", () => {
      const { client } = send(surface, to, true, to.stream(EVENTS.slice(0, 3)), true);
      expect(client.ended).toBe(false);
      expect(client.text()).not.toMatch(/\[DONE\]|message_stop|response\.completed/);
    });
  });
});

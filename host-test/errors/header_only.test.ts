/** Upstream errors without a body: the reply that takes their place keeps what the client needs of them. */
import { describe, expect, test } from "vitest";
import type { HeaderList, SeenMessage } from "../host/index.ts";
import { Filter, HELLO } from "../support/filter.ts";

const HEADERS: HeaderList = [
  ["request-id", "req_1"],
  ["retry-after", "7"],
  ["retry-after-ms", "7000"],
  ["x-should-retry", "true"],
];
const filter = Filter.load();
const failed = (headers: HeaderList): HeaderList => [[":status", "429"], ...headers];

function expectKept(client: SeenMessage): void {
  expect(client.status).toBe(429);
  expect(JSON.parse(client.text())).toMatchObject({ error: { type: "rate_limit_error" } });
  expect(client.header("x-request-id")).toBe("req_1");
  for (const [name, value] of HEADERS) expect(client.header(name), name).toBe(value);
}

describe("an upstream error without a body", () => {
  test("keeps ids and retry headers when it is headers only", () => {
    expectKept(filter.chat(HELLO, { headers: failed(HEADERS) }).client);
  });

  test("keeps them when trailers end it", () => {
    const response = { headers: failed(HEADERS), trailers: [["x-end", "1"]] as HeaderList };
    expectKept(filter.chat(HELLO, response).client);
  });

  test("keeps an x-request-id that was there, and adds no retry headers", () => {
    const { client } = filter.chat(HELLO, { headers: failed([["x-request-id", "edge_1"]]) });
    expect(client.header("x-request-id")).toBe("edge_1");
    for (const name of ["request-id", "retry-after", "x-should-retry"]) {
      expect(client.header(name), name).toBeUndefined();
    }
  });
});

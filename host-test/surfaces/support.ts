/** Exchanges of the surfaces that are no chat: a method, a path, what the upstream answers. */
import type { Cut, ExchangeResult, HeaderList } from "../host/index.ts";
import { Filter, toBytes, withProfile } from "../support/filter.ts";

const filters = new Map<string, Filter>();

/** A filter with these settings in its profile, shared by all that want the same. */
export function filterWith(settings: Record<string, unknown> = {}): Filter {
  const key = JSON.stringify(settings);
  let filter = filters.get(key);
  if (filter === undefined) {
    filters.set(key, (filter = Filter.load({ config: withProfile(settings) })));
    proveHold(filter);
  }
  return filter;
}

/** A first request with a body, after which answers are held as they are in a host that runs for a while. */
function proveHold(filter: Filter): void {
  filter.exchange({
    request: {
      headers: [
        [":method", "POST"],
        [":path", "/v1/chat/completions"],
        [":authority", "gateway.test"],
        ["content-type", "application/json"],
      ],
      body: toBytes({ model: "claude-sonnet-4-5", messages: [{ role: "user", content: "Hi" }] }),
    },
    response: { headers: [[":status", "500"]], body: toBytes({}) },
  });
}

export interface Asked {
  method?: string;
  path: string;
  headers?: HeaderList;
  /** JSON value, text or bytes of the client. */
  body?: unknown;
  status?: number;
  /** JSON value, text or bytes of the upstream; absent: it has no body. */
  answer?: unknown;
  answerHeaders?: HeaderList;
  settings?: Record<string, unknown>;
  cut?: Cut;
  requestCut?: Cut;
  end?: "separate" | "joined";
}

/** Runs one exchange. */
export function ask(asked: Asked): ExchangeResult {
  const {
    method = "GET",
    path,
    headers = [],
    body,
    status = 200,
    answer,
    cut,
    requestCut,
    end,
  } = asked;
  const type: HeaderList = body === undefined ? [] : [["content-type", "application/json"]];
  return checkLength(
    filterWith(asked.settings).exchange({
      request: {
        headers: [
          [":method", method],
          [":path", path],
          [":authority", "gateway.test"],
          ["authorization", "Bearer sk-test"],
          ...(headers.some(([name]) => name === "content-type") ? [] : type),
          ...headers,
        ],
        ...(body === undefined ? {} : { body: toBytes(body) }),
        ...(requestCut === undefined ? {} : { cut: requestCut }),
      },
      response: {
        headers: [[":status", String(status)], ...answerHeaders(asked)],
        ...(answer === undefined ? {} : { body: toBytes(answer) }),
        ...(cut === undefined ? {} : { cut }),
        ...(end === undefined ? {} : { eos: end }),
      },
    }),
  );
}

function answerHeaders({ answer, answerHeaders: given }: Asked): HeaderList {
  const length: HeaderList =
    answer === undefined ? [] : [["content-length", String(toBytes(answer).length)]];
  return [...(given ?? [["content-type", "application/json"]]), ...length];
}

/** What the client is told about the length of its body must be true. */
function checkLength(result: ExchangeResult): ExchangeResult {
  const said = result.client.header("content-length");
  const size = result.client.body().length;
  if (said !== undefined && Number(said) !== size)
    throw new Error(`content-length ${said} in front of ${size} bytes`);
  return result;
}

/** The client's body under every single cut and in windows of a few sizes; throws when one differs. */
export function sameAtEveryCut(asked: Asked): string {
  const expected = ask(asked).client.text();
  const length = toBytes(asked.answer).length;
  const cuts: Cut[] = [1, 2, 3, 7, ...Array.from({ length: length - 1 }, (_, at) => [at + 1])];
  for (const cut of cuts) {
    const body = ask({ ...asked, cut }).client.text();
    if (body !== expected) throw new Error(`cut at ${String(cut)}: ${body} instead of ${expected}`);
  }
  return expected;
}

/** Native requests and answers are the same however they are cut and however they end, with and without held headers. */
import { describe, expect, test } from "vitest";
import {
  awkwardCuts,
  randomCuts,
  type HeaderList,
  type HostProfileName,
  type MessageInput,
} from "../host/index.ts";
import { clientHead, goldenCases, readCaseFile, type GoldenCase } from "../golden/case.ts";
import { ENDS, HOSTS, Subject } from "../split/cutting.ts";
import { Filter, withProfile } from "../support/filter.ts";

const EVERY_PLACE = 1024;
const SIZES = [1, 2, 3, 7, 13, 64];

interface Part {
  name: string;
  golden: GoldenCase;
}

const cases: Part[] = goldenCases("native").map((golden) => ({ name: golden.name, golden }));

interface Exchange {
  path?: string;
  headers?: HeaderList;
  status?: number;
  answer?: HeaderList;
}

function read<T>(golden: GoldenCase, file: string): T | undefined {
  const text = readCaseFile(golden, file);
  return text === undefined ? undefined : (JSON.parse(text.toString()) as T);
}

const filters = new Map<string, Filter>();

function filterFor(golden: GoldenCase, host: HostProfileName): Filter {
  const settings = readCaseFile(golden, "config.json")?.toString() ?? "{}";
  const key = `${host} ${settings}`;
  const known = filters.get(key);
  if (known !== undefined) return known;
  const profile = withProfile(JSON.parse(settings) as Record<string, unknown>);
  const config = host === "envoy-hold" ? profile : { ...profile, request_headers: "early" };
  const filter = Filter.load({ profile: host, config });
  filters.set(key, filter);
  return filter;
}

function subjectOf(golden: GoldenCase, host: HostProfileName): Subject {
  const {
    path,
    headers = [],
    status = 200,
    answer = [],
  } = read<Exchange>(golden, "exchange.json") ?? {};
  const events = readCaseFile(golden, "upstream.sse");
  const type = events === undefined ? "application/json" : "text/event-stream";
  const request: MessageInput = {
    headers: [...clientHead(golden, path), ...headers],
    body: readCaseFile(golden, "request.json") ?? "",
  };
  const typed = answer.some(([name]) => name === "content-type");
  const response: MessageInput = {
    headers: [
      [":status", String(status)],
      ...(typed ? [] : ([["content-type", type]] as HeaderList)),
      ...answer,
    ],
    body: events ?? readCaseFile(golden, "upstream.json") ?? "",
  };
  return new Subject(filterFor(golden, host), request, response);
}

describe.each(HOSTS)("%s", (host) => {
  test.each(cases)("request $name", ({ golden }) => {
    const subject = subjectOf(golden, host);
    const body = readCaseFile(golden, "request.json") ?? Buffer.alloc(0);
    expect(body.length).toBeLessThan(EVERY_PLACE);
    for (let at = 1; at < body.length; at++) subject.checkRequest([at], "separate");
    for (const end of ENDS) for (const size of SIZES) subject.checkRequest(size, end);
  });

  test.each(cases)("answer $name", ({ golden }) => {
    const subject = subjectOf(golden, host);
    const body =
      readCaseFile(golden, "upstream.sse") ??
      readCaseFile(golden, "upstream.json") ??
      Buffer.alloc(0);
    for (let at = 1; at < body.length; at++) {
      subject.checkAnswer([at], at % 2 === 0 ? "separate" : "joined");
    }
    for (const size of SIZES) subject.checkAnswer(size, "joined");
    subject.checkAnswer(awkwardCuts(body), "separate");
    for (let seed = 1; seed <= 20; seed++) {
      subject.checkAnswer(randomCuts(body.length, seed), "separate");
    }
  });
});

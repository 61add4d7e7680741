/**
 * Requests and whole answers give both sides the same bytes however they are cut and however they end: on HTTP/1 the end
 * comes by itself, on HTTP/2 with the last piece, and with trailers there is no end flag at all.
 */
import { describe, expect, test } from "vitest";
import { awkwardCuts, type MessageInput } from "../host/index.ts";
import { readCaseFile, type GoldenCase } from "../golden/case.ts";
import { answer, answerEvents, chatRequest, HELLO, REPLY } from "../support/filter.ts";
import { allCases, ENDS, filterOn, HOSTS, Subject } from "./cutting.ts";

const ODD_SIZES = [1, 3, 7, 13, 61, 257];

function named(golden: GoldenCase): { name: string; golden: Pick<GoldenCase, "surface"> } {
  return { name: `${golden.surface} ${golden.name}`, golden };
}

const requests = allCases().flatMap((golden) => {
  const body = readCaseFile(golden, "request.json");
  const isStream = readCaseFile(golden, "upstream.sse") !== undefined;
  const configured = readCaseFile(golden, "config.json") !== undefined;
  return body === undefined || isStream || configured ? [] : [{ ...named(golden), body }];
});

const answers = allCases().flatMap((golden) => {
  const request = readCaseFile(golden, "request.json");
  const body = readCaseFile(golden, "upstream.json");
  const configured = readCaseFile(golden, "config.json") !== undefined;
  return body === undefined || request === undefined || configured
    ? []
    : [{ ...named(golden), request, body }];
});

/** Errors that the filter answers itself, some of them before the body has ended. */
const REFUSED = [
  { name: "no JSON", body: Buffer.from('{"model":') },
  { name: "no object", body: Buffer.from("[1]") },
  { name: "something behind the object", body: Buffer.from(`${JSON.stringify(HELLO)} x`) },
  { name: "a bad role", body: Buffer.from('{"model":"m","messages":[{"role":"x"}]}') },
].map((row) => ({ ...row, golden: { surface: "chat" } }));

describe.each(HOSTS)("%s", (host) => {
  const filter = filterOn(host);

  test.each([...requests, ...REFUSED])("request $name", ({ golden, body }) => {
    const subject = Subject.ofAnswer(filter, { golden, request: body }, answer(REPLY));
    for (const end of ENDS) {
      subject.checkRequest("whole", end);
      subject.checkRequest(awkwardCuts(body), end);
      for (const size of ODD_SIZES) subject.checkRequest(size, end);
    }
  });

  test.each(answers)("answer $name", ({ golden, request, body }) => {
    checkAnswer(Subject.ofAnswer(filter, { golden, request }, answer(body)), body);
  });

  test.each([400, 404, 429, 500, 529])("error answer %d", (status) => {
    const body = Buffer.from('{"type":"error","error":{"type":"api_error","message":"Größe"}}');
    checkAnswer(new Subject(filter, chatRequest(HELLO), answer(body, status)), body);
  });

  test("a text error", () => {
    const body = Buffer.from("upstream connect error or disconnect/reset before headers");
    const message: MessageInput = {
      headers: [
        [":status", "503"],
        ["content-type", "text/plain"],
      ],
      body,
    };
    checkAnswer(new Subject(filter, chatRequest(HELLO), message), body);
  });
});

function checkAnswer(subject: Subject, body: Buffer): void {
  for (const end of ENDS) {
    subject.checkAnswer("whole", end);
    subject.checkAnswer(awkwardCuts(body), end);
    for (const size of ODD_SIZES) subject.checkAnswer(size, end);
  }
}

describe("a stream with trailers", () => {
  const request = chatRequest({ ...HELLO, stream: true });
  const complete = answerEvents(
    'data: {"type":"message_start","message":{"id":"m"}}\n\n' +
      'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\ndata: {"type":"message_stop"}\n\n',
  );

  test.each(HOSTS)("%s: it ends as it would without", (host) => {
    const subject = new Subject(filterOn(host), request, complete);
    for (const size of ODD_SIZES) subject.checkAnswer(size, "trailers");
  });

  test("a held error is answered with its status also when trailers end it", () => {
    const event = 'data: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}';
    const { client } = filterOn("envoy-hold").exchange({
      request,
      response: { ...answerEvents(event), trailers: [["x-tail", "1"]] },
    });
    expect(client.status).toBe(503);
    expect(client.json()).toMatchObject({ error: { type: "overloaded_error" } });
  });
});

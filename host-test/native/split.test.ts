/** Native requests and answers are the same however they are cut and however they end, with and without held headers. */
import { describe, expect, test } from "vitest";
import { awkwardCuts, randomCuts, type HeaderList, type HostProfileName } from "../host/index.ts";
import { exchangeOf, goldenCases, readCaseFile, type GoldenCase } from "../golden/case.ts";
import { ENDS, HOSTS, Subject } from "../split/cutting.ts";
import { Filter, toBytes, withProfile } from "../support/filter.ts";

const EVERY_PLACE = 1024;
const SIZES = [1, 2, 3, 7, 13, 64];

interface Part {
  name: string;
  golden: GoldenCase;
}

const cases: Part[] = goldenCases("native").map((golden) => ({ name: golden.name, golden }));

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
  const { request, response } = exchangeOf(golden);
  const nothing = { headers: [[":status", "200"]] as HeaderList, body: "" };
  return new Subject(filterFor(golden, host), request, response ?? nothing);
}

/** Bytes of the answer as they are sent. */
function answerOf(golden: GoldenCase): Uint8Array {
  return toBytes(exchangeOf(golden).response?.body ?? "");
}

/** Where path or headers depend on the body, a host that cannot hold them refuses the configuration. */
function needsHold(golden: GoldenCase): boolean {
  return /"(?:vertex|bedrock)"|\{model\}\//.test(
    readCaseFile(golden, "config.json")?.toString() ?? "",
  );
}

describe.each(HOSTS)("%s", (host) => {
  const served = cases.filter(({ golden }) => host === "envoy-hold" || !needsHold(golden));

  test.each(served)("request $name", ({ golden }) => {
    const subject = subjectOf(golden, host);
    const body = readCaseFile(golden, "request.json") ?? Buffer.alloc(0);
    expect(body.length).toBeLessThan(EVERY_PLACE);
    for (let at = 1; at < body.length; at++) subject.checkRequest([at], "separate");
    for (const end of ENDS) for (const size of SIZES) subject.checkRequest(size, end);
  });

  test.each(served)("answer $name", ({ golden }) => {
    const subject = subjectOf(golden, host);
    const body = answerOf(golden);
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

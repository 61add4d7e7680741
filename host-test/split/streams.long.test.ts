/** The searches that take minutes: every pair of cuts in short streams, every cut in a long one. */
import { describe, test } from "vitest";
import { HELLO } from "../support/filter.ts";
import { filterOn, HOSTS, longStream, streamFixtures, Subject } from "./cutting.ts";

const PAIR_SEARCH = 2048;

describe("every pair of cuts", () => {
  const filter = filterOn("envoy-hold");

  test.each(streamFixtures(PAIR_SEARCH))("$name", (fixture) => {
    const subject = Subject.ofStream(filter, fixture);
    for (let first = 1; first < fixture.events.length; first++) {
      for (let second = first + 1; second < fixture.events.length; second++) {
        subject.checkAnswer([first, second], "joined");
      }
    }
  });
});

describe.each(HOSTS)("%s: every cut of a long stream", (host) => {
  const events = longStream(400);
  const request = Buffer.from(JSON.stringify({ ...HELLO, stream: true }));

  test(`${events.length} places`, () => {
    const subject = Subject.ofStream(filterOn(host), { name: "long", request, events });
    for (let at = 1; at < events.length; at++) subject.checkAnswer([at], "separate");
  });
});

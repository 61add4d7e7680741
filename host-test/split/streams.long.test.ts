/** The searches that take long (about half a minute for a stream of 700 bytes): pairs of cuts, every cut of a long stream. */
import { describe, test } from "vitest";
import { HELLO } from "../support/filter.ts";
import { filterOn, HOSTS, longStream, streamFixtures, Subject } from "./cutting.ts";

const PAIR_SEARCH = 2048;
/** Above this size the cuts of a pair lie at most NEAR bytes apart: an event and its neighbours, for which pairs matter. */
const ALL_PAIRS = 1024;
const NEAR = 256;

describe("every pair of cuts", () => {
  const filter = filterOn("envoy-hold");

  test.each(streamFixtures(PAIR_SEARCH))("$name", (fixture) => {
    const subject = Subject.ofStream(filter, fixture);
    const { length } = fixture.events;
    const reach = length <= ALL_PAIRS ? length : NEAR;
    for (let first = 1; first < length; first++) {
      const end = Math.min(length, first + reach);
      for (let second = first + 1; second < end; second++) {
        subject.checkAnswer([first, second], "joined");
      }
    }
  });
});

describe.each(HOSTS)("%s: every cut of a long stream", (host) => {
  const events = longStream(400);
  const request = Buffer.from(JSON.stringify({ ...HELLO, stream: true }));

  test(`${events.length} places`, () => {
    const subject = Subject.ofStream(filterOn(host), {
      name: "long",
      golden: { surface: "chat" },
      request,
      events,
    });
    for (let at = 1; at < events.length; at++) subject.checkAnswer([at], "separate");
  });
});

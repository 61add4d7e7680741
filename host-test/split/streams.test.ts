/**
 * Streams give the client the same bytes, status and headers however they are cut and however they end, on a host that
 * holds headers and on one that cannot.
 */
import { describe, expect, test } from "vitest";
import { awkwardCuts, randomCuts } from "../host/index.ts";
import { filterOn, HOSTS, longStream, streamFixtures, Subject } from "./cutting.ts";
import { HELLO } from "../support/filter.ts";

const WHOLE_SEARCH = 8192;
const PAIR_SEARCH = 2048;
/** Up to this size every pair is tried here; above, a sample, and all of them in pairs.long.test.ts. */
const ALL_PAIRS = 160;
const PAIR_SAMPLE = 300;
const SIZES = Array.from({ length: 64 }, (_, index) => index + 1);
const WINDOW = 256;

const fixtures = streamFixtures(WHOLE_SEARCH);

test("there are fixtures of every size class", () => {
  expect(fixtures.length).toBeGreaterThan(30);
  expect(fixtures.some(({ events }) => events.length <= ALL_PAIRS)).toBe(true);
});

describe.each(HOSTS)("%s", (host) => {
  const filter = filterOn(host);

  describe.each(fixtures)("$name", (fixture) => {
    const { events } = fixture;
    const subject = Subject.ofStream(filter, fixture);

    test("one cut at every place", () => {
      for (let at = 1; at < events.length; at++) {
        subject.checkAnswer([at], at % 2 === 0 ? "separate" : "joined");
      }
    });

    test("pieces of every size from 1 to 64", () => {
      for (const size of SIZES) {
        subject.checkAnswer(size, size % 2 === 0 ? "joined" : "separate");
      }
    });

    test("cuts inside characters, line ends and escapes, all at once", () => {
      subject.checkAnswer(awkwardCuts(events), "separate");
      subject.checkAnswer(awkwardCuts(events), "joined");
    });

    test("cuts at random", () => {
      for (let seed = 1; seed <= 20; seed++) {
        subject.checkAnswer(randomCuts(events.length, seed), "separate");
      }
    });

    test("two cuts", () => {
      if (events.length <= ALL_PAIRS) allPairs(events.length, subject);
      else if (events.length <= PAIR_SEARCH) somePairs(events.length, subject);
    });
  });

  describe("a stream above 8 KiB", () => {
    const events = longStream(200);
    const request = Buffer.from(JSON.stringify({ ...HELLO, stream: true }));
    const subject = Subject.ofStream(filter, {
      name: "long",
      golden: { surface: "chat" },
      request,
      events,
    });

    test("it is one", () => expect(events.length).toBeGreaterThan(WHOLE_SEARCH));

    test("pieces of every size from 1 to 64", () => {
      for (const size of SIZES) subject.checkAnswer(size, "separate");
    });

    test("one cut at every place around the first border of each kind of event", () => {
      for (const at of windows(events)) subject.checkAnswer([at], "joined");
    });
  });
});

function allPairs(length: number, subject: Subject): void {
  for (let first = 1; first < length; first++) {
    for (let second = first + 1; second < length; second++) {
      subject.checkAnswer([first, second], "separate");
    }
  }
}

/** Pairs spread over the stream by steps that share no factor with its length. */
function somePairs(length: number, subject: Subject): void {
  for (let i = 0; i < PAIR_SAMPLE; i++) {
    const first = 1 + ((i * 7919) % (length - 2));
    const second = first + 1 + ((i * 104729) % (length - first - 1));
    subject.checkAnswer([first, second], i % 2 === 0 ? "separate" : "joined");
  }
}

/** Positions within half a window of the first frame of each event type. */
function windows(events: Buffer): number[] {
  const text = events.toString("latin1");
  const types = new Set([...text.matchAll(/^event: (\w+)$/gm)].map(([line]) => line));
  const positions = new Set<number>();
  for (const type of types) {
    const border = text.indexOf(type);
    for (let at = border - WINDOW / 2; at < border + WINDOW / 2; at++) {
      if (at > 0 && at < events.length) positions.add(at);
    }
  }
  return [...positions];
}

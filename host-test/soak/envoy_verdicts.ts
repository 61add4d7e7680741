// What the client of a soak may see, and how an exchange that went as it must is told from one that did not.

import { MARK } from "./envoy_answers.ts";

/** What the client saw of one exchange. `head` and `tail` are the first and the last bytes of the body. */
export interface Seen {
  status: number;
  head: string;
  tail: string;
  outcome: "complete" | "broken" | "left";
}

/** The ways in which an exchange ends: `told` is an error at the end of a stream, `broken` a stream that is reset. */
export const ENDS = ["answered", "refused", "failed", "told", "broken", "left"] as const;
export type End = (typeof ENDS)[number];

/** How an exchange must end, and whether it did. */
export interface Verdict {
  end: End;
  right: (seen: Seen) => boolean;
}

/** What only a complete answer to a stream has, on each surface. */
const COMPLETE = ["[DONE]", '"finish_reason":"', "response.completed", "message_stop"];

const looksComplete = ({ tail }: Seen): boolean => COMPLETE.some((part) => tail.includes(part));

/** A whole answer with this in its first bytes. */
export const whole = (part: string): Verdict => ({
  end: "answered",
  right: (seen) => seen.outcome === "complete" && seen.status === 200 && seen.head.includes(part),
});

/** A stream that came to its regular end, with this in its last bytes. */
export const ended = (part: string): Verdict => ({
  end: "answered",
  right: (seen) => seen.outcome === "complete" && seen.status === 200 && seen.tail.includes(part),
});

/** An error that is the client's fault. `part`: its code, or another part of its body. */
export const refused = (status: number, part = ""): Verdict => ({
  end: "refused",
  right: isError(status, part),
});

/** An error of what is behind the gateway. `part` as above. */
export const failed = (status: number, part = ""): Verdict => ({
  end: "failed",
  right: isError(status, part),
});

const isError =
  (status: number, part: string) =>
  (seen: Seen): boolean =>
    seen.outcome === "complete" &&
    seen.status === status &&
    seen.head.includes('"error"') &&
    seen.head.includes(part);

/** A stream whose last event is an error with this in it. */
export const told = (part: string): Verdict => ({
  end: "told",
  right: (seen) =>
    seen.outcome === "complete" &&
    seen.status === 200 &&
    seen.tail.includes('"error"') &&
    seen.tail.includes(part) &&
    !looksComplete(seen),
});

/** A stream that was reset behind its first text. */
export const broken: Verdict = {
  end: "broken",
  right: (seen) =>
    seen.outcome === "broken" &&
    seen.status === 200 &&
    seen.tail.includes(MARK) &&
    !looksComplete(seen),
};

/** As `broken`, by a reset, which may overtake what was sent before it: then there is no text, or an error in its place. */
export const reset: Verdict = {
  end: "broken",
  right: (seen) =>
    (seen.outcome === "broken" && seen.status === 200 && !looksComplete(seen)) ||
    byReset.right(seen),
};

/** As `failed`, by a reset: Envoy tells one before the headers from one behind them. */
export const byReset: Verdict = {
  end: "failed",
  right: (seen) => [502, 503].some((status) => isError(status, "")(seen)),
};

/** The client left before the answer came. */
export const leftEarly: Verdict = {
  end: "left",
  right: (seen) => seen.outcome === "left" && seen.status === 0,
};

/** The client left when it had seen text. */
export const leftReading: Verdict = {
  end: "left",
  right: (seen) => seen.outcome === "left" && seen.tail.includes(MARK),
};

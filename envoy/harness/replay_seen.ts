// A message as one side saw it, and what of it is comparable between the host model and a real Envoy.

import type { HeaderList, SeenMessage } from "../../host-test/host/index.ts";

/** A message as it arrived. */
export interface Seen {
  /** pseudo headers included, without :authority and :scheme */
  headers: HeaderList;
  body: Buffer;
  trailers: HeaderList;
  /** complete by the rules of its protocol */
  ended: boolean;
}

/** What is compared. */
export interface Comparable {
  /** `name: value`, lower case, sorted; without what Envoy and the protocol add */
  headers: string[];
  body: string;
  trailers: string[];
  ended: boolean;
}

/** Headers of one hop, of Envoy itself, of the replay, and of the clock. */
const NOT_COMPARED =
  /^(:authority|:scheme|host|date|server|via|connection|keep-alive|transfer-encoding|x-envoy-.*|x-request-id|x-forwarded-.*|x-scenario-.*|x-ratelimit-reset-.*)$/;

/** Makes a message comparable. Creation times in bodies, which come from the clock, become 0. */
export function comparable(seen: Seen): Comparable {
  return {
    headers: lines(seen.headers),
    body: seen.body.toString("latin1").replace(/"created(_at)?":\d+/g, '"created$1":0'),
    trailers: lines(seen.trailers),
    ended: seen.ended,
  };
}

/** The model's message in the same terms; undefined when nothing arrived. */
export function fromModel(message: SeenMessage): Seen | undefined {
  if (message.headers === undefined) return undefined;
  const { headers, trailers = [], ended } = message;
  return { headers, body: Buffer.from(message.body()), trailers, ended };
}

function lines(headers: HeaderList): string[] {
  // HTTP/1.1 gives a message without a body a length of 0.
  const kept = headers.filter(
    ([name, value]) =>
      !NOT_COMPARED.test(name.toLowerCase()) && !(name === "content-length" && value === "0"),
  );
  return kept.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort();
}

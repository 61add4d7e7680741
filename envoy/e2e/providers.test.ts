// A slice of the matrix of providers (host-test/providers/matrix.test.ts) through a real Envoy: both surfaces, each provider by its path
// prefix, whole and streamed.

import { describe, expect, test } from "vitest";
import { SURFACES, type Seen, type Surface } from "../../host-test/support/client_surfaces.ts";
import {
  EVENTS,
  FAILURES,
  jsonAnswer,
  MESSAGE,
  PROVIDERS,
  type ProviderCase,
  type UpstreamAnswer,
} from "../../host-test/support/providers.ts";
import { useRig } from "../harness/rig.ts";

const FILTER = {
  version: 1,
  defaults: { auth: { mode: "client" } },
  profiles: Object.fromEntries(PROVIDERS.map(({ name, provider }) => [name, { provider }])),
  rules: PROVIDERS.map(({ name }) => ({ match: { path_prefix: `/${name}` }, profile: name })),
};
/** Long enough that each piece of a stream is a callback of its own, short enough that messages are cut. */
const PIECE = 100;

describe("providers", () => {
  const rig = useRig({ filter: FILTER });

  async function send(
    surface: Surface,
    to: ProviderCase,
    stream: boolean,
    answer: UpstreamAnswer,
  ): Promise<Seen> {
    const { upstream } = rig();
    upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(answer.status, answer.headers);
      for (let at = 0; at < answer.body.length; at += PIECE)
        await exchange.write(answer.body.subarray(at, at + PIECE));
      exchange.end();
    });
    const path = `/${to.name}${surface.path}`;
    const body = surface.request(stream);
    const seen = await rig().client().post(path, body, Object.fromEntries(surface.headers));
    expect(seen.outcome).toBe("complete");
    const [received] = upstream.received;
    expect(received?.path).toBe(stream ? to.streamed : to.whole);
    const [header, prefix] = to.credential;
    const values = received?.headers.filter(([name]) => name.toLowerCase() === header);
    expect(values?.map(([, value]) => value)).toEqual([`${prefix}sk-test`]);
    return { status: seen.status, contentType: seen.header("content-type"), text: seen.text };
  }

  describe.each(SURFACES)("$name", (surface) => {
    test.each(PROVIDERS)("to $name, whole", async (to) => {
      surface.checkWhole(await send(surface, to, false, jsonAnswer(200, MESSAGE)));
    });

    test.each(PROVIDERS)("to $name, streamed", async (to) => {
      surface.checkStream(await send(surface, to, true, to.stream(EVENTS)));
    });

    test.each(PROVIDERS)("to $name, an error in the middle of a stream", async (to) => {
      surface.checkBroken(await send(surface, to, true, to.broken(EVENTS)));
    });

    const failures = PROVIDERS.flatMap((to) =>
      FAILURES.map((failure) => ({ to, failure, name: to.name })),
    );
    test.each(failures)("to $name: $failure", async ({ to, failure }) => {
      const answer = to.failures[failure];
      surface.checkError(await send(surface, to, false, answer), failure, answer.status);
    });
  });
});

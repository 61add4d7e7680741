// `headers` of a profile in a real Envoy, whose header maps have rules of their own: what the client sent, what the router added, what
// comes back.

import { expect, test } from "vitest";
import { CHAT, CHAT_PATH } from "../harness/answers.ts";
import { JSON_HEADERS } from "../harness/client.ts";
import { VERSIONS } from "../harness/envoy.ts";
import { Rig } from "../harness/rig.ts";

const FILTER = {
  version: 1,
  profile: {
    provider: { type: "anthropic" },
    auth: { mode: "client" },
    headers: {
      request_allow: ["x-request-id"],
      request_set: { "x-tenant": "a" },
      response_allow: ["request-id"],
      response_set: { "x-served-by": "bridge" },
    },
  },
};
/** Headers that Envoy itself puts on either message. */
const REQUEST =
  /^(host|content-type|content-length|accept-encoding|anthropic-version|x-api-key|x-request-id|x-tenant|x-forwarded-.*|x-envoy-.*)$/;
const RESPONSE =
  /^(date|server|content-type|content-length|transfer-encoding|connection|keep-alive|request-id|x-request-id|x-ratelimit-.*|x-served-by)$/;

test.each(VERSIONS)(
  "only what is allowed passes, and what is set arrives: Envoy %s",
  async (version) => {
    const rig = await Rig.start({ version, filter: FILTER });
    try {
      const more = { "x-other": "o", "x-request-id": "r-1", "user-agent": "test" };
      const answer = await rig.client().post(CHAT_PATH, CHAT, { ...JSON_HEADERS, ...more });
      expect(answer.status, answer.text).toBe(200);
      const [received] = rig.upstream.received;
      const sent = (received?.headers ?? []).map(([name]) => name.toLowerCase());
      expect(sent.filter((name) => !REQUEST.test(name))).toEqual([]);
      expect(sent).toContain("x-tenant");
      expect(sent).toContain("x-api-key");
      const back = answer.headers.map(([name]) => name.toLowerCase());
      expect(back.filter((name) => !RESPONSE.test(name))).toEqual([]);
      expect(answer.header("x-served-by")).toBe("bridge");
      rig.endTest();
    } finally {
      await rig.stop();
    }
  },
);

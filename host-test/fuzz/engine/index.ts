/** The engines that the fuzzer knows, by the name of their surface. */
import { EVENT_STREAM_KIND } from "./eventstream.ts";
import { JSON_KIND } from "./json.ts";
import type { EngineKind } from "./kind.ts";
import { SSE_KIND } from "./sse.ts";
import { BASE64_KIND, STRING_KIND, UTF8_KIND } from "./texts.ts";

export const ENGINE_KINDS: Readonly<Record<string, EngineKind>> = {
  json: JSON_KIND,
  string: STRING_KIND,
  sse: SSE_KIND,
  eventstream: EVENT_STREAM_KIND,
  base64: BASE64_KIND,
  utf8: UTF8_KIND,
};

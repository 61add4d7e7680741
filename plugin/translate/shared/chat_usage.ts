/** `usage` of chat answers and chunks. Source: docs/chat.md, "Stop reason and usage". */
import * as L from "../../bytes/literals";
import { putU64 } from "../../bytes/decimal";
import { Writer } from "../../bytes/writer";
import { Usage } from "../../wire/anthropic/usage";

/** Appends the usage object: cache counts rolled into the prompt, under OpenAI's names and the ones of seed clients. */
export function putUsage(out: Writer, usage: Usage): void {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  out.literal(L.PROMPT_TOKENS);
  putU64(out, prompt);
  out.literal(L.COMPLETION_TOKENS);
  putU64(out, usage.output);
  out.literal(L.TOTAL_TOKENS);
  putU64(out, prompt + usage.output);
  out.literal(L.CACHED_TOKENS);
  putU64(out, usage.cacheRead);
  out.literal(L.CACHE_WRITE_TOKENS);
  putU64(out, usage.cacheWrite);
  out.literal(L.CACHED_READ_TOKENS);
  putU64(out, usage.cacheRead);
  out.literal(L.CACHED_WRITE_TOKENS);
  putU64(out, usage.cacheWrite);
  if (usage.hasThinking) {
    out.literal(L.REASONING_TOKENS);
    putU64(out, usage.thinking);
  }
  out.literal(L.USAGE_CLOSE);
}

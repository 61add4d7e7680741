/**
 * The words of `x-bridge-adapted`: their sentences are the command line's, and the client's members that they speak of stand here, so that
 * the sentence is shown at the member. What is not listed speaks of no member of its own.
 */
import { ADAPTATIONS } from "../../../cli/reasons.ts";

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  "dropped:frequency_penalty": ["frequency_penalty"],
  "dropped:presence_penalty": ["presence_penalty"],
  "dropped:logit_bias": ["logit_bias"],
  "dropped:logprobs": ["logprobs"],
  "dropped:top_logprobs": ["top_logprobs"],
  "dropped:seed": ["seed"],
  "dropped:prediction": ["prediction"],
  "dropped:store": ["store"],
  "dropped:verbosity": ["verbosity"],
  "dropped:prompt_cache_key": ["prompt_cache_key"],
  "dropped:prompt_cache_retention": ["prompt_cache_retention"],
  "dropped:prompt_cache_options": ["prompt_cache_options"],
  "dropped:metadata": ["metadata"],
  "dropped:service_tier": ["service_tier"],
  "dropped:moderation": ["moderation"],
  "dropped:name": ["name"],
  "dropped:temperature": ["temperature"],
  "dropped:top_p": ["top_p"],
  "dropped:top_k": ["top_k"],
  "clamped:temperature": ["temperature"],
  "clamped:max_tokens": ["max_tokens"],
  "filtered:stop": ["stop", "stop_sequences"],
  "dropped:detail": ["detail"],
  "corrected:media_type": ["media_type"],
  "dropped:reasoning": [
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "thinking_blocks",
    "reasoning_effort",
  ],
  "dropped:thinking": ["thinking", "reasoning", "reasoning_effort"],
  "clamped:reasoning": ["reasoning", "reasoning_effort", "effort"],
  "changed:thinking": ["thinking"],
  "raw:arguments": ["arguments"],
  "dropped:strict": ["strict"],
  "changed:tool_choice": ["tool_choice"],
  "dropped:tools": ["tools"],
  "dropped:response_format": ["response_format"],
  "dropped:output_format": ["output_format"],
  "changed:response_format": ["response_format", "text"],
  "hashed:user": ["user", "user_id"],
  "dropped:audio": ["audio"],
  "dropped:cache_control": ["cache_control"],
  "dropped:functions": ["functions"],
  "dropped:speed": ["speed"],
  "changed:schema": ["schema", "input_schema"],
  "dropped:parallel_tool_calls": ["parallel_tool_calls"],
  "dropped:user_profile_id": ["user_profile_id"],
  "dropped:web_search_options": ["web_search_options"],
  "dropped:safety_identifier": ["safety_identifier"],
  "dropped:max_tool_calls": ["max_tool_calls"],
  "dropped:search_context_size": ["search_context_size"],
  "dropped:expires_after": ["expires_after"],
  "dropped:output_expires_after": ["output_expires_after"],
};

/** Why; undefined for a word that the filter does not have. */
export function sentenceOf(word: string): string | undefined {
  return ADAPTATIONS[word];
}

/** Names of members that a word may be about. */
export function membersOf(word: string): readonly string[] {
  return MEMBERS[word] ?? [];
}

/** Words that have members, for the test that holds them against the filter's own. */
export const WORDS_WITH_MEMBERS = Object.keys(MEMBERS);

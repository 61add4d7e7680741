/**
 * What the words of `x-bridge-adapted` mean, one sentence each. The words are those of `Adaptation` in
 * scripts/tables/keywords.json; a test keeps the two lists equal. Reasons: docs/chat.md, docs/responses.md.
 */

export interface Adaptation {
  /** Last part of the client's members that it speaks of; the sentence then stands at those. */
  members: readonly string[];
  why: string;
}

const NO_COUNTERPART = "the Messages API has nothing like it";

const dropped = (why: string, ...members: string[]): Adaptation => ({ members, why });

export const ADAPTATIONS: Readonly<Record<string, Adaptation>> = {
  "dropped:unknown": dropped("a member that neither API knows"),
  "dropped:frequency_penalty": dropped(NO_COUNTERPART, "frequency_penalty"),
  "dropped:presence_penalty": dropped(NO_COUNTERPART, "presence_penalty"),
  "dropped:logit_bias": dropped("Claude's tokens are others", "logit_bias"),
  "dropped:logprobs": dropped("Claude tells no probabilities", "logprobs"),
  "dropped:top_logprobs": dropped("Claude tells no probabilities", "top_logprobs"),
  "dropped:seed": dropped("Claude cannot repeat an answer by a seed", "seed"),
  "dropped:prediction": dropped(NO_COUNTERPART, "prediction"),
  "dropped:store": dropped("nothing is stored here, and the API stores nothing", "store"),
  "dropped:verbosity": dropped(
    "turning it into effort would change how deep the model works",
    "verbosity",
  ),
  "dropped:prompt_cache_key": dropped("the API finds its cache by content", "prompt_cache_key"),
  "dropped:prompt_cache_retention": dropped(
    "say it with cache_control instead",
    "prompt_cache_retention",
  ),
  "dropped:prompt_cache_options": dropped(
    "what it asks for has no form in cache_control",
    "prompt_cache_options",
  ),
  "dropped:metadata": dropped("the API knows user_id only", "metadata"),
  "dropped:service_tier": dropped("a tier that the API does not have", "service_tier"),
  "dropped:moderation": dropped("the API scores nothing", "moderation"),
  "dropped:name": dropped("the API's messages have no names", "name"),
  "dropped:temperature": dropped(
    "this model does not take it, or not beside what else is asked for",
    "temperature",
  ),
  "dropped:top_p": dropped(
    "this model does not take it, or not beside what else is asked for",
    "top_p",
  ),
  "dropped:top_k": dropped(
    "this model does not take it, or not beside what else is asked for",
    "top_k",
  ),
  "clamped:temperature": dropped("the API's scale ends at 1", "temperature"),
  "clamped:max_tokens": dropped("more than the model can write", "max_tokens"),
  "filtered:stop": dropped(
    "the API refuses stop sequences of white space",
    "stop",
    "stop_sequences",
  ),
  "dropped:detail": dropped("the API chooses an image's detail by itself", "detail"),
  "corrected:media_type": dropped("the bytes are of another type than they say", "media_type"),
  "dropped:reasoning": dropped(
    "reasoning without a signature, or at another place, is refused by the API",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "thinking_blocks",
    "reasoning_effort",
  ),
  "dropped:thinking": dropped(
    "this model, or this request, allows no thinking",
    "thinking",
    "reasoning",
    "reasoning_effort",
  ),
  "clamped:reasoning": dropped(
    "the nearest that this model and max_tokens allow",
    "reasoning",
    "reasoning_effort",
    "effort",
  ),
  "changed:thinking": dropped("this model thinks in the other form", "thinking"),
  "raw:arguments": dropped(
    "arguments that are no JSON object are sent as a text inside one",
    "arguments",
  ),
  "hoisted:system": dropped("where it stood the model takes no system message"),
  "dropped:strict": dropped(
    "model, provider or schema allow no constrained decoding here",
    "strict",
  ),
  "changed:tool_choice": dropped("this model cannot be forced to call", "tool_choice"),
  "renamed:tools": dropped("names must be of letters, digits, _ and -; answers carry yours again"),
  "dropped:tools": dropped("tools that the upstream does not have", "tools"),
  "dropped:response_format": dropped("a native format stands beside it", "response_format"),
  "dropped:output_format": dropped("another format stands beside it", "output_format"),
  "changed:response_format": dropped(
    "no native schema output here: a tool or an instruction stands in",
    "response_format",
    "text",
  ),
  "hashed:user": dropped(
    "the API refuses addresses and long ids: SHA-256 of it, so one user stays one user",
    "user",
    "user_id",
  ),
  "dropped:audio": dropped("Claude takes and gives no audio", "audio"),
  "dropped:cache_control": dropped("the API takes no mark at this place", "cache_control"),
  "dropped:functions": dropped("tools stand beside it", "functions"),
  "dropped:speed": dropped("the upstream has no fast mode", "speed"),
  "changed:schema": dropped(
    "keywords that constrained decoding does not know went into descriptions",
    "schema",
    "input_schema",
  ),
  "dropped:tool_fields": dropped("members of a tool that the upstream does not take"),
  "dropped:parallel_tool_calls": dropped("seed mode does not send it", "parallel_tool_calls"),
  "dropped:user_profile_id": dropped("the upstream has no user profiles", "user_profile_id"),
  "dropped:web_search_options": dropped(
    "a search tool of your own stands beside it",
    "web_search_options",
  ),
  "dropped:safety_identifier": dropped(
    "another user id stands beside it, or seed mode",
    "safety_identifier",
  ),
  "dropped:by_route": dropped("the configuration says so: params.drop"),
  "set:by_route": dropped("the configuration says so: params.set or params.set_if_absent"),
  "dropped:by_provider": dropped("this provider refuses it"),
  "dropped:item": dropped("an input item that cannot be sent again"),
  "dropped:max_tool_calls": dropped(NO_COUNTERPART, "max_tool_calls"),
  "dropped:search_context_size": dropped(
    "searches have no size of context here",
    "search_context_size",
  ),
  "dropped:expires_after": dropped("the API's files do not expire", "expires_after"),
  "dropped:output_expires_after": dropped(
    "the API's results have their own time",
    "output_expires_after",
  ),
};

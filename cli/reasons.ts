/**
 * Why a request looks different upstream: a sentence for each word of `x-bridge-adapted`, and for members and headers that the filter
 * adds or moves. Source: docs/chat.md, docs/headers.md. A test holds the first table against scripts/tables/keywords.json.
 */

/** Words of `x-bridge-adapted`, and why. */
export const ADAPTATIONS: Readonly<Record<string, string>> = {
  "dropped:unknown": "members that the filter does not know; the Messages API would refuse them",
  "dropped:frequency_penalty": "the Messages API has no frequency penalty",
  "dropped:presence_penalty": "the Messages API has no presence penalty",
  "dropped:logit_bias": "the Messages API has no token biases",
  "dropped:logprobs": "the Messages API tells no probabilities",
  "dropped:top_logprobs": "the Messages API tells no probabilities",
  "dropped:seed": "the Messages API has no seed",
  "dropped:prediction": "the Messages API takes no predicted output",
  "dropped:store": "nothing is stored on the way",
  "dropped:verbosity": "the Messages API has no verbosity",
  "dropped:prompt_cache_key": "prompt caches are found by their content here, not by a key",
  "dropped:prompt_cache_retention": "the lifetime asked for has no counterpart",
  "dropped:prompt_cache_options": "these options of the prompt cache have no counterpart",
  "dropped:metadata": "the Messages API knows no metadata but user_id",
  "dropped:service_tier": "a tier that the upstream does not have",
  "dropped:moderation": "the Messages API scores no content",
  "dropped:name": "messages have no author's name in the Messages API",
  "dropped:temperature": "this model, or thinking, does not allow a temperature",
  "dropped:top_p": "this model, thinking, or the temperature beside it does not allow top_p",
  "dropped:top_k": "this model, or thinking, does not allow top_k",
  "clamped:temperature": "the Messages API ends at 1",
  "clamped:max_tokens": "lowered to the most that this model writes",
  "filtered:stop": "stop sequences of white space only are refused by the Messages API",
  "dropped:detail": "images have no level of detail in the Messages API",
  "corrected:media_type": "the data is of another type than it was called, seen by its first bytes",
  "dropped:reasoning":
    "reasoning that cannot be sent: without signature, edited, or unknown to this model",
  "dropped:thinking": "this model does not think, or cannot with what else was asked for",
  "clamped:reasoning": "the nearest effort or budget that this model has",
  "changed:thinking": "told in the form that this model takes",
  "raw:arguments":
    "arguments of a call that are no JSON object are wrapped, so that the turn can be sent",
  "hoisted:system":
    "a system message that this model does not take in the middle went to the front",
  "dropped:strict": "this model, provider or schema does not allow strict tools",
  "changed:tool_choice": "this model cannot be forced to call a tool",
  "renamed:tools": "names of tools were made legal; answers carry the client's names",
  "dropped:tools": "tools that the upstream does not have, or that the choice leaves out",
  "dropped:response_format": "the request has a native format beside it, which counts",
  "dropped:output_format": "the request has another native format beside it, which counts",
  "changed:response_format":
    "JSON is asked for by an instruction or by a tool, because the upstream has no native way",
  "hashed:user": "the API refuses e-mail addresses and long ids; the hash still tells users apart",
  "dropped:audio": "the Messages API has no audio",
  "dropped:cache_control": "cache marks where the API takes none, or more than it takes",
  "dropped:functions": "tools stand beside the older functions, and count",
  "dropped:speed": "a speed that the upstream does not have",
  "changed:schema":
    "keywords that the API's schemas lack were moved into descriptions, removed, or closed",
  "dropped:tool_fields": "members of tools that the upstream does not have",
  "dropped:parallel_tool_calls": "parallel calls cannot be switched off here",
  "dropped:user_profile_id": "the upstream has no user profiles",
  "dropped:web_search_options": "the client declared a search tool of its own",
  "dropped:safety_identifier": "another id of the user counts",
  "dropped:by_route": "the configuration says so: params.drop",
  "set:by_route": "the configuration says so: params.set",
  "dropped:by_provider": "members that the provider's API does not have",
  "dropped:item": "input items that only OpenAI's storage could fill",
  "dropped:max_tool_calls": "without a web search there is nothing that this could limit",
  "dropped:search_context_size": "the search tool has no context size",
  "dropped:expires_after": "files do not expire upstream",
  "dropped:output_expires_after": "results do not expire by request upstream",
};

/** Top-level members of the body upstream, and why they are there when the client sent none of that name. */
export const ADDED_MEMBERS: Readonly<Record<string, string>> = {
  max_tokens: "required by the Messages API: params.default_max_tokens, else what the model allows",
  messages: "the turns, as the Messages API has them",
  system: "system and developer messages stand outside the list there",
  thinking: "from the reasoning that was asked for, or from Anthropic's own member",
  output_config: "from the effort or the format that was asked for",
  stop_sequences: "the name of stop there",
  metadata: "user_id, from user, safety_identifier or metadata",
  tool_choice: "from the choice of tools, parallel calls, or the format that was asked for",
  tools: "from functions, hosted tools, web search, or a format that a tool carries",
  anthropic_version: "this provider wants the version in the body",
  anthropic_beta: "this provider wants betas in the body",
  stream: "this provider wants it in the body",
  cache_control: "from the prompt cache options of the request",
  mcp_servers: "from tools of the type mcp",
};

/** Members of the client that live on under another name. */
export const MOVED_MEMBERS: Readonly<Record<string, string>> = {
  max_completion_tokens: "max_tokens",
  max_output_tokens: "max_tokens",
  stop: "stop_sequences",
  user: "metadata.user_id",
  safety_identifier: "metadata.user_id",
  response_format: "output_config.format",
  text: "output_config",
  reasoning: "thinking, output_config.effort",
  reasoning_effort: "thinking, output_config.effort",
  functions: "tools",
  function_call: "tool_choice",
  parallel_tool_calls: "tool_choice.disable_parallel_tool_use",
  web_search_options: "tools",
  input: "messages",
  prompt: "messages",
  instructions: "system",
  betas: "the header anthropic-beta",
  user_profile_id: "the header anthropic-user-profile-id",
};

/** Members that tell the filter something and have nothing to go to. */
export const CONSUMED_MEMBERS: Readonly<Record<string, string>> = {
  n: "one answer is what the Messages API gives",
  stream: "the path says it at this provider",
  stream_options: "tells the filter what the client's stream shows",
  model: "the path says it at this provider",
  store: "nothing is stored on the way",
  modalities: "text is what there is",
  include: "tells the filter what the answer shows",
  extra_params: "its members are looked at one by one",
  background: "answers come at once",
  echo: "the filter writes the prompt into the answer itself",
  best_of: "one answer is what the Messages API gives",
  logprobs: "not asked for",
};

/** Headers that the filter writes or takes, and why. */
export const HEADERS: Readonly<Record<string, string>> = {
  ":path": "the provider's path of this operation",
  ":method": "the upstream's method of this operation",
  ":authority": "provider.set_authority",
  authorization: "the credential of the client never passes as it is (auth.mode)",
  "x-api-key": "where this provider reads its credential (auth.mode)",
  "api-key": "where this provider reads its credential (auth.mode)",
  "accept-encoding": "answers are read, so they must not be compressed",
  accept: "what the upstream is asked to answer with",
  "anthropic-version": "required by the Messages API",
  "anthropic-beta": "what the request needs, as far as the provider has it",
  "anthropic-user-profile-id": "from user_profile_id",
  "content-type": "the body is JSON",
  "x-bridge-lane": "the profile's lane",
};

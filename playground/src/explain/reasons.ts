/** Why a place of a body differs, by patterns of its path without indexes; the first that fits counts. */

/** Pattern of the path (of the client's body for what is dropped, else of the upstream's) and the sentence. */
type Row = readonly [pattern: RegExp, why: string];

const DROPPED: readonly Row[] = [
  [/^stream_options/, "shapes the answer; the API always tells usage"],
  [/^stream$/, "the path says it"],
  [/^model$/, "the path names the model"],
  [
    /^(frequency_penalty|presence_penalty|logit_bias|logprobs|top_logprobs|prediction|verbosity)/,
    "asks for nothing as it stands",
  ],
  [/^(prompt_cache|metadata|modalities)/, "asks for nothing as it stands"],
  [/^text\.format/, "becomes output_config.format, a tool or an instruction"],
  [/^n$/, "one answer is what the API gives"],
  [/^store$/, "nothing is stored here"],
  [/^include/, "shapes the answer"],
  [/^echo$/, "the filter puts the prompt in front of the answer"],
  [/\.role$/, "system messages become the member system, tool messages blocks of a user turn"],
  [/^tools\[\]\.type$/, "the API's own tools have no wrapper"],
  [/tool_calls\[\]\.type$/, "a call is a block of type tool_use"],
  [/\.type$/, "the block upstream has a type of its own"],
  [/^response_format/, "becomes output_config.format, a tool or an instruction"],
  [
    /^(reasoning|reasoning_effort)/,
    "becomes thinking and output_config.effort, as the model takes them",
  ],
  [/^tool_choice/, "becomes the API's tool_choice"],
  [/^parallel_tool_calls/, "becomes disable_parallel_tool_use when it is false"],
  [/\.content$/, "blank texts and nulls are refused by the API"],
  [/\.strict$/, "false asks for nothing"],
  [/^betas/, "goes into the header anthropic-beta"],
  [/parameters/, "the schema was rewritten for constrained decoding"],
];

const INJECTED: readonly Row[] = [
  [/^max_tokens$/, "the API demands it; without a number of yours it is the model's maximum"],
  [/^stop_sequences/, "stop, without what is blank"],
  [/^anthropic_version$/, "this provider reads the version from the body"],
  [/^anthropic_beta/, "this provider reads beta tokens from the body"],
  [/^thinking/, "follows from the effort that was asked for"],
  [/^output_config\.effort/, "the effort that was asked for"],
  [/^output_config/, "the answer's format as the API has it"],
  [/schema.*description$/, "keywords that constrained decoding does not know are told here"],
  [/media_type$/, "told by the data URL and checked against the bytes"],
  [/^system/, "an instruction that stands for what the API lacks"],
  [/^tool_choice/, "the API's form of the choice"],
  [
    /^tools\[\]\.input_schema/,
    "the API demands a schema; objects are closed for constrained decoding",
  ],
  [/^tools/, "a tool that stands for what was asked for"],
  [/^messages\[\]\.content.*cache_control/, "a mark for the prompt cache"],
  [
    /^messages\[\]\.content/,
    "a block that the API demands here, or an instruction in place of a prefill",
  ],
  [/^messages/, "turns alternate and hold blocks"],
  [/^stream$/, "the client asked for a stream"],
];

const MOVED: readonly Row[] = [
  [/^system/, "system messages are a member of their own"],
  [/input_schema/, "the API's name of the schema"],
  [/^tools/, "tools have no wrapper function"],
  [/stop_sequences/, "the API's name of stop"],
  [/^max_tokens$/, "the API's name of it"],
  [/user_id$/, "who asks stands in metadata"],
  [/\.input\b/, "arguments are an object at the API, not a text"],
  [/\.tool_use_id$|\.id$/, "the call that it belongs to"],
  [/source/, "images and files are blocks with a source"],
  [/^messages/, "the API's messages hold blocks"],
  [/^output_config/, "the answer's format as the API has it"],
];

const CHANGED: readonly Row[] = [
  [/^model$/, "an alias, a template or a prefix of the configuration"],
  [/^max_tokens$/, "within what the model can write, with room for thinking"],
  [/^temperature$/, "the API's scale ends at 1"],
  [/schema/, "rewritten for constrained decoding"],
  [/^service_tier$/, "the API's word for the tier"],
  [/\.role$/, "the API has turns of user and assistant"],
  [/\.type$/, "the API's word for the kind of block"],
  [/\.id$|_id$/, "ids are made legal"],
  [/\.name$/, "names are made legal, answers carry yours"],
];

const TABLES = { dropped: DROPPED, injected: INJECTED, renamed: MOVED, changed: CHANGED } as const;
const OTHERWISE = {
  dropped: "the Messages API has no place for it",
  injected: "the upstream demands it",
  renamed: "the API's place for it",
  changed: "the API's form of it",
} as const;

export type Kind = keyof typeof TABLES;

/** The sentence for a path without indexes. */
export function reasonFor(kind: Kind, path: string): string {
  return TABLES[kind].find(([pattern]) => pattern.test(path))?.[1] ?? OTHERWISE[kind];
}

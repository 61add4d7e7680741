/** What is refused of images and files, reasoning, schemas, tool choices and Anthropic's own members. */
import { answered, hello, refused, type ErrorRow } from "./row.ts";

const MEDIA = "Supported are JPEG, PNG, GIF and WebP images, PDF and plain text.";
const EFFORTS =
  "Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' and 'max'.";
const HEADER = "Only visible ASCII characters can stand in a header.";
const TOOL = { type: "function", function: { name: "f" } };

function missing(param: string): string {
  return `Missing required parameter: '${param}'.`;
}

function wrong(param: string, expected: string): string {
  return `Invalid type for '${param}': expected ${expected}.`;
}

function invalid(param: string, value: string, reason: string): string {
  return `Invalid value for '${param}': '${value}'. ${reason}`;
}

/** A user's message with one part. */
function part(value: object): object {
  return hello({ messages: [{ role: "user", content: [value] }] });
}

function image(id: string, url: string, reason: string): ErrorRow {
  const path = "messages[0].content[0].image_url.url";
  return refused(id, part({ type: "image_url", image_url: { url } }), invalid(path, url, reason));
}

function file(id: string, data: string, reason: string): ErrorRow {
  const path = "messages[0].content[0].file.file_data";
  return refused(
    id,
    part({ type: "file", file: { file_data: data } }),
    invalid(path, data, reason),
  );
}

const TEXT = "Expected text in UTF-8, in base64 without errors.";

const media: ErrorRow[] = [
  refused(
    "part-audio",
    part({ type: "input_audio", input_audio: { data: "x", format: "wav" } }),
    invalid("messages[0].content[0].type", "input_audio", "Claude takes no audio."),
  ),
  refused(
    "part-image-from-assistant",
    answered({ content: [{ type: "image_url", image_url: { url: "https://a.test/b.png" } }] }),
    invalid(
      "messages[0].content[0].type",
      "image_url",
      "Assistant messages can hold text and refusals only.",
    ),
  ),
  refused(
    "image-without-url",
    part({ type: "image_url", image_url: {} }),
    missing("messages[0].content[0].image_url.url"),
  ),
  image("image-over-http", "http://a.test/b.png", "The upstream fetches https URLs only."),
  image("image-other-url", "file:///b.png", "Expected an https URL or a data URL."),
  image(
    "image-broken-data-url",
    "data:image/png;base64",
    "Expected a data URL of the form data:TYPE;base64,DATA.",
  ),
  image("image-other-type", "data:image/tiff;base64,AAAA", MEDIA),
  refused(
    "file-without-data",
    part({ type: "file", file: {} }),
    missing("messages[0].content[0].file.file_data"),
  ),
  file("file-other-type", "AAAA", MEDIA),
  file("file-not-utf8", "data:text/plain;base64,/w==", TEXT),
  file("file-not-base64", "data:text/plain;base64,a*", TEXT),
];

function reasoning(id: string, members: object, param: string, message: string): ErrorRow {
  const body = hello({ reasoning: members });
  return refused(`reasoning-${id}`, body, message.replace("%", `reasoning.${param}`));
}

const thinking: ErrorRow[] = [
  refused(
    "reasoning-effort-unknown",
    hello({ reasoning_effort: "huge" }),
    invalid("reasoning_effort", "huge", EFFORTS),
  ),
  reasoning("inner-effort-unknown", { effort: "huge" }, "effort", invalid("%", "huge", EFFORTS)),
  reasoning("inner-effort-type", { effort: 1 }, "effort", wrong("%", "a string")),
  reasoning("enabled-type", { enabled: 1 }, "enabled", wrong("%", "a boolean")),
  reasoning("budget-type", { max_tokens: 1500.5 }, "max_tokens", wrong("%", "an integer")),
  reasoning(
    "budget-below",
    { max_tokens: 1023 },
    "max_tokens",
    "Invalid '%': integer below minimum value. Expected a value >= 1024.",
  ),
  refused(
    "reasoning-without-room",
    hello({ max_tokens: 1024, reasoning: { max_tokens: 2048 } }),
    "Invalid 'reasoning.max_tokens': the output limit leaves no room for it. Reasoning needs at least 1024 tokens below the limit.",
  ),
];

function format(id: string, value: object, message: string, settings?: object): ErrorRow {
  return refused(
    `format-${id}`,
    hello({ response_format: value }),
    message,
    settings as Record<string, unknown> | undefined,
  );
}

const SCHEMA = { type: "json_schema", json_schema: { schema: { type: "object" } } };

const formats: ErrorRow[] = [
  format("without-type", {}, missing("response_format.type")),
  format(
    "unknown",
    { type: "xml" },
    invalid(
      "response_format.type",
      "xml",
      "Supported values are: 'text', 'json_object' and 'json_schema'.",
    ),
  ),
  format("without-schema", { type: "json_schema" }, missing("response_format.json_schema")),
  format(
    "schema-type",
    { type: "json_schema", json_schema: { schema: 1 } },
    wrong("response_format.json_schema.schema", "an object"),
  ),
  format(
    "rejected",
    SCHEMA,
    "Unsupported: 'response_format': this gateway does not enforce a JSON schema.",
    {
      params: { structured_output: "reject" },
    },
  ),
];

function choice(id: string, value: unknown, message: string): ErrorRow {
  return refused(`choice-${id}`, hello({ tools: [TOOL], tool_choice: value }), message);
}

function allowed(id: string, value: object, message: string): ErrorRow {
  return choice(`allowed-${id}`, { type: "allowed_tools", allowed_tools: value }, message);
}

const ALLOWED = "tool_choice.allowed_tools";
const OTHER = { type: "function", function: { name: "g" } };

const tools: ErrorRow[] = [
  choice("without-name", { type: "function" }, missing("tool_choice.function.name")),
  allowed("without-mode", { tools: [TOOL] }, missing(`${ALLOWED}.mode`)),
  allowed(
    "mode",
    { mode: "maybe", tools: [TOOL] },
    invalid(`${ALLOWED}.mode`, "maybe", "Supported values are: 'auto' and 'required'."),
  ),
  allowed("without-tools", { mode: "auto" }, missing(`${ALLOWED}.tools`)),
  allowed(
    "empty",
    { mode: "auto", tools: [] },
    "Invalid 'tool_choice': the list of allowed tools is empty.",
  ),
  allowed("entry-type", { mode: "auto", tools: ["f"] }, wrong(`${ALLOWED}.tools[0]`, "an object")),
  allowed("entry-without-name", { mode: "auto", tools: [{}] }, missing(`${ALLOWED}.tools[0]`)),
  allowed(
    "undeclared",
    { mode: "auto", tools: [OTHER] },
    invalid(`${ALLOWED}.tools[0]`, "g", "No tool of this name is declared."),
  ),
  refused(
    "tool-type-unknown",
    hello({ tools: [{ type: "robot" }] }),
    invalid(
      "tools[0].type",
      "robot",
      "Supported values are: 'function', 'custom' and the types of Anthropic's own tools.",
    ),
  ),
  refused(
    "tool-without-custom",
    hello({ tools: [{ type: "custom" }] }),
    missing("tools[0].custom"),
  ),
  refused(
    "tool-custom-without-name",
    hello({ tools: [{ type: "custom", custom: {} }] }),
    missing("tools[0].custom.name"),
  ),
  refused(
    "web-search-size",
    hello({ web_search_options: { search_context_size: "vast" } }),
    invalid(
      "web_search_options.search_context_size",
      "vast",
      "Supported values are: 'low', 'medium' and 'high'.",
    ),
  ),
];

const FUNCTIONS = { functions: [{ name: "f" }] };

const legacy: ErrorRow[] = [
  refused("type-functions-entry", hello({ functions: ["f"] }), wrong("functions[0]", "an object")),
  refused(
    "type-functions-parameters",
    hello({ functions: [{ name: "f", parameters: 1 }] }),
    wrong("functions[0].parameters", "an object"),
  ),
  refused("functions-without-name", hello({ functions: [{}] }), missing("functions[0].name")),
  refused(
    "functions-too-many",
    hello({ functions: [{ name: "f" }, { name: "g" }, { name: "h" }] }),
    "Invalid 'tools': the list is longer than this gateway allows.",
    { limits: { max_tools: 2 } },
  ),
  refused(
    "type-function-call",
    hello({ ...FUNCTIONS, function_call: 1 }),
    wrong("function_call", "a string or an object"),
  ),
  refused(
    "function-call-unknown",
    hello({ ...FUNCTIONS, function_call: "must" }),
    invalid(
      "function_call",
      "must",
      "Supported values are: 'auto', 'none', or an object naming a function.",
    ),
  ),
  refused(
    "function-call-without-name",
    hello({ ...FUNCTIONS, function_call: {} }),
    missing("function_call.name"),
  ),
  refused(
    "message-function-call-without-name",
    answered({ function_call: {} }),
    missing("messages[0].function_call.name"),
  ),
  refused(
    "type-message-function-call-arguments",
    answered({ function_call: { name: "f", arguments: {} } }),
    wrong("messages[0].function_call.arguments", "a string"),
  ),
];

const members: ErrorRow[] = [
  refused(
    "modalities-audio",
    hello({ modalities: ["text", "audio"] }),
    "Unsupported: 'modalities': Claude answers in text only.",
  ),
  refused(
    "moderation-blocks",
    hello({ moderation: { model: "m", policy: { input: { mode: "block" } } } }),
    "Unsupported: 'moderation': the upstream moderates nothing; blocking cannot be promised.",
  ),
  refused("type-extra-params", hello({ extra_params: 1 }), wrong("extra_params", "an object")),
  refused("type-service-tier", hello({ service_tier: 1 }), wrong("service_tier", "a string")),
  refused("type-betas", hello({ betas: 1 }), wrong("betas", "a string or an array of strings")),
  refused("type-betas-entry", hello({ betas: [1] }), wrong("betas[0]", "a string")),
  refused("betas-value", hello({ betas: ["ä"] }), invalid("betas[0]", "ä", HEADER)),
  refused(
    "type-user-profile-id",
    hello({ user_profile_id: 1 }),
    wrong("user_profile_id", "a string"),
  ),
  refused(
    "user-profile-id-value",
    hello({ user_profile_id: "ä" }),
    invalid("user_profile_id", "ä", HEADER),
  ),
  refused(
    "params-reject",
    hello({ top_k: 4 }),
    "Unsupported: 'top_k' is not allowed on this route.",
    {
      params: { reject: ["top_k"] },
    },
  ),
  refused(
    "params-strict-unknown",
    hello({ vendor_extra: 1 }),
    "Unsupported: 'vendor_extra' has no counterpart in the Messages API.",
    { params: { mode: "strict" } },
  ),
];

export const FEATURE_ROWS: ErrorRow[] = [
  ...media,
  ...thinking,
  ...formats,
  ...tools,
  ...legacy,
  ...members,
];

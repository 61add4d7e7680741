/**
 * What the Messages API accepts, as far as the shape of a body tells: the oracle for every request that leaves the
 * filter. Native members and blocks are the client's own and not judged. Source: docs/chat.md, "Shape of the list".
 */

type Json = { [key: string]: unknown };

const ORDER = [
  "model",
  "max_tokens",
  "system",
  "messages",
  "tools",
  "tool_choice",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "thinking",
  "output_config",
  "output_format",
  "metadata",
  "service_tier",
  "cache_control",
  "stream",
];
const OWN_BLOCKS = new Set(["text", "tool_use", "tool_result", "thinking", "redacted_thinking"]);
const ID = /^[a-zA-Z0-9_-]+$/;

/** The client's body as JavaScript reads it; undefined when it is no JSON. */
export function parseLoosely(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * What is wrong with a body that went upstream; empty when nothing is. `client` is the body that it was made from,
 * `marks` are texts that it must carry.
 */
export function upstreamProblems(
  sent: Buffer,
  client: Uint8Array,
  marks: readonly string[],
): string[] {
  const body = parseLoosely(sent);
  if (!isObject(body)) return ["the upstream body is not a JSON object"];
  const origin = parseLoosely(client);
  if (!isObject(origin)) return ["a body that is no JSON object was sent upstream"];
  const problems = [...topProblems(body, origin), ...listProblems(body["messages"], origin)];
  // A text may be split around a block that stood inside it.
  const texts = textsOf(body).join("");
  const lost = marks.filter((mark) => !texts.includes(mark));
  if (lost.length > 0) problems.push(`texts were lost: ${lost.join(" ")}`);
  return problems;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Texts of messages and blocks, in order. */
function textsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (typeof member !== "string") return textsOf(member);
    return key === "text" || key === "content" || key === "system" ? [member] : [];
  });
}

function isBlank(text: unknown): boolean {
  return typeof text === "string" && /^[ \t\r\n]*$/.test(text);
}

function topProblems(body: Json, origin: Json): string[] {
  const places = Object.keys(body).map((key) => ORDER.indexOf(key));
  const sorted = places.every((place, at) => at === 0 || place > (places[at - 1] as number));
  const temperature = Number(body["temperature"] ?? 0);
  const rules: [boolean, string][] = [
    [places.includes(-1), "an unknown member at the top"],
    [!sorted, "members out of order"],
    [typeof body["model"] !== "string" || body["model"] === "", "no model"],
    [!isCount(body["max_tokens"]), "max_tokens is no count"],
    [!(temperature >= 0 && temperature <= 1), "temperature outside 0 to 1"],
    [![undefined, true].includes(body["stream"] as true), "stream is not true"],
    [(body["stream"] === true) !== (origin["stream"] === true), "stream is not what was asked for"],
    [body["tools"] !== undefined && !isFilled(body["tools"]), "empty tools"],
    [body["tool_choice"] !== undefined && body["tools"] === undefined, "a choice without tools"],
  ];
  const problems = rules.filter(([broken]) => broken).map(([, problem]) => problem);
  return [...problems, ...stopProblems(body, origin), ...systemProblems(body, origin)];
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isFilled(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function stopProblems(body: Json, origin: Json): string[] {
  const stops = body["stop_sequences"];
  if (stops === undefined || (origin["stop_sequences"] ?? null) !== null) return [];
  if (!isFilled(stops)) return ["stop_sequences is no list of texts"];
  const blank = stops.some((stop) => typeof stop !== "string" || isBlank(stop));
  return blank ? ["a blank stop sequence"] : [];
}

function systemProblems(body: Json, origin: Json): string[] {
  const { system } = body;
  if (system === undefined || (origin["system"] ?? null) !== null) return [];
  if (typeof system === "string") return isBlank(system) ? ["a blank system text"] : [];
  if (!isFilled(system)) return ["system is no list of blocks"];
  return system.flatMap((block) => blockProblems(block, "system"));
}

function listProblems(messages: unknown, origin: Json): string[] {
  if (!isFilled(messages)) return ["no messages"];
  const problems: string[] = [];
  let before = "";
  for (const message of messages) {
    if (!isObject(message)) return ["a message that is no object"];
    const role = typeof message["role"] === "string" ? message["role"] : "of no text";
    if (Object.keys(message).join() !== "role,content") problems.push("strange message members");
    if (!["user", "assistant", "system"].includes(role)) problems.push(`role ${role}`);
    if (role === before) problems.push(`two ${role} turns side by side`);
    before = role;
    problems.push(...contentProblems(message["content"], role));
  }
  const last = messages.at(-1) as Json;
  if (last["role"] === "assistant" && endsBlank(last["content"]))
    problems.push("the last assistant text ends with white space");
  if (last["role"] === "assistant" && lastSpeaker(origin["messages"]) !== "assistant")
    problems.push("an assistant turn became the last one");
  return problems;
}

/** Role of the client's last message that is no system message; system messages may move to the front. */
function lastSpeaker(messages: unknown): unknown {
  const roles = (Array.isArray(messages) ? messages : []).map((message: unknown) =>
    isObject(message) ? message["role"] : undefined,
  );
  return roles.filter((role) => role !== "system" && role !== "developer").at(-1);
}

function endsBlank(content: unknown): boolean {
  if (typeof content === "string") return /[ \t\r\n]$/.test(content);
  const last = Array.isArray(content) ? content.at(-1) : undefined;
  return isObject(last) && last["type"] === "text" && /[ \t\r\n]$/.test(String(last["text"]));
}

function contentProblems(content: unknown, role: string): string[] {
  if (typeof content === "string") return isBlank(content) ? [`a blank ${role} text`] : [];
  if (!isFilled(content)) return [`a ${role} turn without blocks`];
  const problems = content.flatMap((block) => blockProblems(block, role));
  const isResult = content.map((block) => isObject(block) && block["type"] === "tool_result");
  // A native tool_result part stands where the client put it; ours have no members that it could lack.
  const late = isResult.some((result, at) => result && at > 0 && isResult[at - 1] !== true);
  if (late) problems.push("a tool_result behind other blocks");
  return problems;
}

function blockProblems(block: unknown, role: string): string[] {
  if (!isObject(block)) return [`a ${role} block that is no object`];
  const type = block["type"];
  if (typeof type !== "string") return [`a ${role} block without type`];
  if (!OWN_BLOCKS.has(type)) return [];
  if (type === "text") {
    if (typeof block["text"] !== "string") return ["a text block without text"];
    return isBlank(block["text"]) ? [`a blank text block in a ${role} turn`] : [];
  }
  if (type === "tool_use") return callProblems(block, role);
  return type === "tool_result" ? resultProblems(block, role) : [];
}

function callProblems(block: Json, role: string): string[] {
  const problems = role === "assistant" ? [] : ["a tool_use in a user turn"];
  if (!ID.test(String(block["id"]))) problems.push(`tool_use id ${String(block["id"])}`);
  if (typeof block["name"] !== "string") problems.push("a tool_use without name");
  if (!isObject(block["input"])) problems.push("the input of a tool_use is no object");
  return problems;
}

function resultProblems(block: Json, role: string): string[] {
  const problems = role === "user" ? [] : ["a tool_result outside a user turn"];
  if (!ID.test(String(block["tool_use_id"]))) problems.push("a tool_result for an impossible id");
  const { content } = block;
  if (content === undefined) return problems;
  if (typeof content === "string") {
    if (isBlank(content)) problems.push("a blank tool_result");
    return problems;
  }
  if (!isFilled(content)) return [...problems, "a tool_result with empty content"];
  const inner = content.flatMap((part) => blockProblems(part, "user"));
  return [...problems, ...inner];
}

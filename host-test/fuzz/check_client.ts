/** The oracle for what a client receives: an error, a completion or chunks, each in OpenAI's shape. */

type Json = { [key: string]: unknown };

/** What the chunks of a stream, or a completion, say; what is compared with a reference. */
export interface Told {
  text: string;
  tools: { id: string; name: string; arguments: string }[];
  finish: string | undefined;
  /** `[DONE]` came, or the completion was whole. */
  done: boolean;
  failed: boolean;
}

/** Problems, and what was told as far as it could be read. */
export interface Verdict {
  problems: string[];
  told: Told;
}

const REASONS = new Set(["stop", "length", "tool_calls", "content_filter", "function_call"]);

/** Nothing was told. */
export function nothing(): Told {
  return { text: "", tools: [], finish: undefined, done: false, failed: false };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Judges a body that is announced as JSON; `native`: for a client of the Messages API, whose errors have another shape. */
export function judgeJson(body: string, native: boolean): Verdict {
  const told = nothing();
  const value = parse(body);
  if (!isObject(value)) return { problems: ["the client got a body that is no JSON object"], told };
  if ("error" in value) {
    told.failed = true;
    return { problems: native ? nativeErrorProblems(value) : errorProblems(value), told };
  }
  return { problems: completionProblems(value, told), told };
}

function errorProblems(value: Json): string[] {
  const error = value["error"];
  if (!isObject(error) || Object.keys(value).length !== 1) return ["an error of another shape"];
  const problems: string[] = [];
  if (Object.keys(error).join() !== "message,type,param,code") problems.push("error members");
  if (typeof error["message"] !== "string" || error["message"] === "")
    problems.push("an error without message");
  if (typeof error["type"] !== "string") problems.push("an error without type");
  for (const key of ["param", "code"]) {
    const member = error[key];
    if (member !== null && typeof member !== "string") problems.push(`error ${key} is no text`);
  }
  return problems;
}

function nativeErrorProblems(value: Json): string[] {
  const error = value["error"];
  if (value["type"] !== "error" || !isObject(error)) return ["a native error of another shape"];
  const texts = typeof error["type"] === "string" && typeof error["message"] === "string";
  return texts ? [] : ["a native error without type or message"];
}

function completionProblems(value: Json, told: Told): string[] {
  if (value["object"] !== "chat.completion") return ["neither an error nor a completion"];
  const choices = value["choices"];
  const choice =
    Array.isArray(choices) && choices.length === 1 ? (choices[0] as unknown) : undefined;
  if (!isObject(choice) || !isObject(choice["message"])) return ["not one choice"];
  told.finish = String(choice["finish_reason"]);
  told.done = true;
  const problems = REASONS.has(told.finish) ? [] : [`finish_reason ${told.finish}`];
  return [
    ...headProblems(value),
    ...messageProblems(choice["message"], told),
    ...problems,
    ...usageProblems(value["usage"]),
  ];
}

function messageProblems(message: Json, told: Told): string[] {
  const problems = message["role"] === "assistant" ? [] : ["the message's role"];
  const { content, tool_calls: calls } = message;
  if (typeof content === "string") told.text = content;
  else if (content !== null) problems.push("content is no text");
  if (calls === undefined) return problems;
  if (!Array.isArray(calls) || calls.length === 0) return [...problems, "tool_calls"];
  return [...problems, ...calls.flatMap((call) => addCall(told, call))];
}

/** Name and arguments of a call, or a part of them: of a function, or of a custom tool. */
function insideOf(call: unknown): { name: unknown; arguments: unknown } | undefined {
  if (!isObject(call)) return undefined;
  const { function: fn, custom } = call;
  if (isObject(fn)) return { name: fn["name"], arguments: fn["arguments"] };
  return isObject(custom) ? { name: custom["name"], arguments: custom["input"] } : undefined;
}

function addCall(told: Told, call: unknown): string[] {
  const inside = insideOf(call);
  if (inside === undefined) return ["a tool call of another shape"];
  const named = { id: (call as Json)["id"], ...inside };
  told.tools.push(named as Told["tools"][number]);
  return Object.values(named).every((member) => typeof member === "string")
    ? []
    : ["a tool call whose members are no texts"];
}

function headProblems(value: Json): string[] {
  const good =
    typeof value["id"] === "string" &&
    Number.isInteger(value["created"]) &&
    typeof value["model"] === "string";
  return good ? [] : ["id, created or model of another type"];
}

function usageProblems(usage: unknown): string[] {
  if (!isObject(usage)) return ["no usage"];
  const [all, parts] = [
    usage["total_tokens"],
    [usage["prompt_tokens"], usage["completion_tokens"]],
  ];
  if (![all, ...parts].every((count) => Number.isInteger(count))) return ["usage without counts"];
  return all === Number(parts[0]) + Number(parts[1]) ? [] : ["the total is not the sum"];
}

/** Judges a body that is announced as events. `whole`: the client got all of it. */
export function judgeEvents(body: string, whole: boolean): Verdict {
  const told = nothing();
  const problems: string[] = [];
  const frames = body.split("\n\n");
  if (frames.pop() !== "" && whole) problems.push("the last frame is not closed");
  for (const frame of frames) {
    if (frame === ": ping") continue;
    if (told.done || told.failed) problems.push("a frame behind the end");
    if (!frame.startsWith("data: ") || frame.includes("\n"))
      problems.push("a frame that is no data");
    else if (frame === "data: [DONE]") problems.push(...endProblems(told));
    else problems.push(...chunkProblems(parse(frame.slice(6)), told));
  }
  return { problems, told };
}

function endProblems(told: Told): string[] {
  told.done = true;
  return told.finish === undefined ? ["[DONE] without finish_reason"] : [];
}

function chunkProblems(value: unknown, told: Told): string[] {
  if (!isObject(value)) return ["a chunk that is no JSON object"];
  if ("error" in value) {
    told.failed = true;
    const late = told.finish === undefined ? [] : ["an error behind the finish"];
    return [...errorProblems(value), ...late];
  }
  if (value["object"] !== "chat.completion.chunk") return ["a chunk of another kind"];
  const choices = value["choices"];
  if (!Array.isArray(choices) || choices.length > 1) return ["choices of a chunk"];
  const inside =
    choices.length === 0
      ? usageProblems(value["usage"])
      : choiceProblems(choices[0] as unknown, told);
  return [...headProblems(value), ...inside];
}

function choiceProblems(choice: unknown, told: Told): string[] {
  if (!isObject(choice) || !isObject(choice["delta"])) return ["a choice without delta"];
  const problems = told.finish === undefined ? [] : ["a choice behind the finish"];
  problems.push(...deltaProblems(choice["delta"], told));
  const finish = choice["finish_reason"];
  if (finish === null) return problems;
  told.finish = String(finish);
  return REASONS.has(told.finish) ? problems : [...problems, `finish_reason ${told.finish}`];
}

function deltaProblems(delta: Json, told: Told): string[] {
  const { content, tool_calls: calls } = delta;
  const problems: string[] = [];
  if (typeof content === "string") told.text += content;
  else if (content !== undefined && content !== null) problems.push("content of a delta");
  for (const call of Array.isArray(calls) ? (calls as unknown[]) : []) {
    problems.push(...addCallDelta(told, call));
  }
  for (const entry of Array.isArray(delta["reasoning_details"]) ? delta["reasoning_details"] : []) {
    if (!isObject(entry) || !Number.isInteger(entry["index"]))
      problems.push("reasoning without index");
  }
  return problems;
}

function addCallDelta(told: Told, call: unknown): string[] {
  const inside = insideOf(call);
  if (inside === undefined) return ["a tool delta of another shape"];
  const { index, id, type } = call as Json;
  const { name = "", arguments: piece = "" } = inside;
  if (!Number.isInteger(index)) return ["a tool delta without index"];
  const known = told.tools[index as number];
  if (known === undefined) {
    const isFirst = index === told.tools.length && (type === "function" || type === "custom");
    told.tools.push({ id: String(id), name: String(name), arguments: String(piece) });
    return isFirst ? [] : ["a tool delta out of turn"];
  }
  known.arguments += String(piece);
  const again = id !== undefined || type !== undefined || name !== "";
  return again ? ["a tool call that is named twice"] : [];
}

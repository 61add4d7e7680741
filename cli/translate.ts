/** `translate`: what a request becomes upstream and why, and what an upstream's answer becomes for the client. */
import { RefusedError, type Message, type Question, type Translation } from "./bridge.ts";
import type { Change } from "./changes.ts";
import { readConfigurations, readInput, theBridge } from "./files.ts";
import { CommandError, err, Exit, print, say } from "./output.ts";
import { requestHeaders, responseHeaders, type RequestOptions } from "./request.ts";

export interface TranslateOptions extends RequestOptions {
  config?: string;
  profile?: string;
  request?: string;
  response?: string;
  status?: string;
  responseHeader?: string[];
  json?: boolean;
  quiet?: boolean;
}

const SMALLEST = {
  version: 1,
  profile: { provider: { type: "anthropic" }, auth: { mode: "client" } },
};
/** Any request, for a look at an answer only. */
const ANY_REQUEST = { model: "claude-sonnet-4-5", messages: [{ role: "user", content: "Hello" }] };

/**
 * The body goes to stdout byte for byte, head and reasons to stderr; `--json` puts all into one object. The result is the
 * exit code: 1 when the filter answers by itself. Throws CommandError.
 */
export function translate(options: TranslateOptions): number {
  const question = questionOf(options);
  const translation = run(question);
  if (options.json === true) print(`${JSON.stringify(asJson(translation), undefined, 2)}\n`);
  else tell(translation, options);
  return translation.upstream === undefined ? Exit.Refused : Exit.Good;
}

function run(question: Question): Translation {
  try {
    return theBridge().translate(question);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const lines = error.problems.map(({ path, message }) => `  ${path}: ${message}`);
    throw new CommandError(["the configuration is refused:", ...lines].join("\n"), Exit.Refused);
  }
}

function questionOf(options: TranslateOptions): Question {
  const answer = options.response === undefined ? undefined : readInput(options.response);
  const body = requestBody(options, answer);
  const text = body.toString("utf8");
  const { config, env } = configurationOf(options.config);
  if (answer !== undefined && isStream(answer) && !/"stream"\s*:\s*true/.test(text)) {
    say("the answer is a stream, and the request does not ask for one");
  }
  return {
    config,
    ...(env === undefined ? {} : { env }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    headers: checked(() => requestHeaders(options, text)),
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    ...(answer === undefined ? {} : { response: responseOf(options, answer) }),
  };
}

function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(error.message);
    throw error;
  }
}

/** The request; when only an answer is looked at, any request that asks for one of its kind. */
function requestBody(options: TranslateOptions, answer: Buffer | undefined): Buffer {
  if (options.request !== undefined) return readInput(options.request);
  const isBodiless = options.method !== undefined && /^(GET|DELETE|HEAD)$/i.test(options.method);
  if (isBodiless) return Buffer.alloc(0);
  if (answer === undefined) return readInput("-");
  const isFree = options.response !== "-" && process.stdin.isTTY !== true;
  const given = isFree ? readInput("-") : Buffer.alloc(0);
  if (given.length > 0) return given;
  return Buffer.from(
    JSON.stringify(isStream(answer) ? { ...ANY_REQUEST, stream: true } : ANY_REQUEST),
  );
}

function isStream(answer: Uint8Array): boolean {
  return responseHeaders("200", [], answer).some(([, value]) => /event-?stream/.test(value));
}

function responseOf(options: TranslateOptions, answer: Buffer): Question["response"] {
  const body = new Uint8Array(answer);
  const { status = "200", responseHeader = [] } = options;
  return { headers: checked(() => responseHeaders(status, responseHeader, body)), body };
}

function configurationOf(file: string | undefined): Pick<Question, "config" | "env"> {
  if (file === undefined) return { config: SMALLEST };
  const found = readConfigurations(file);
  const [first] = found;
  if (first === undefined) throw new CommandError(`${file}: no configuration`);
  if (found.length > 1) {
    say(`${file} has ${found.length} configurations; this is the one at ${first.place}`);
  }
  const { config, env } = first;
  return { config, ...(env === undefined ? {} : { env }) };
}

function tell(translation: Translation, options: TranslateOptions): void {
  const { upstream, client, changes } = translation;
  const isQuiet = options.quiet === true;
  if (upstream !== undefined && client === undefined) {
    if (!isQuiet) tellRequest(upstream, changes);
    return finish(upstream, isQuiet);
  }
  if (client === undefined) return;
  if (!isQuiet) {
    if (upstream === undefined)
      say(err.yellow("The filter answers by itself, nothing goes upstream:"));
    tellHead(client);
  }
  finish(client, isQuiet);
}

/** The body; on a terminal a line end behind it, so that the prompt does not stick to it. */
function finish({ body }: Message, isQuiet: boolean): void {
  print(body);
  if (process.stdout.isTTY && body.length > 0) print("\n");
  else if (!isQuiet && process.stderr.isTTY && body.length > 0) say();
}

function tellRequest(upstream: Message, changes: Change[]): void {
  tellHead(upstream);
  if (changes.length === 0) return;
  const width = Math.max(...changes.map(({ name }) => name.length));
  for (const { kind, name, where, why } of changes) {
    const label = `${where} ${kind}`.padEnd("header replaced".length);
    say(`${PAINT[kind](label)}  ${name.padEnd(width)}  ${err.dim(why)}`);
  }
  say();
}

const PAINT = {
  adapted: err.yellow,
  added: err.green,
  moved: err.cyan,
  removed: err.red,
  replaced: err.cyan,
} as const;

function tellHead({ headers }: Message): void {
  const value = (wanted: string): string => headers.find(([name]) => name === wanted)?.[1] ?? "";
  const status = value(":status");
  say(err.bold(status === "" ? `${value(":method")} ${value(":path")}` : `status ${status}`));
  for (const [name, text] of headers) {
    if (!name.startsWith(":") || name === ":authority")
      say(`${name.replace(/^:authority$/, "host")}: ${text}`);
  }
  say();
}

/** Bodies as text, because a parser would not keep their bytes. */
function asJson({ upstream, client, changes, log }: Translation): object {
  const message = (seen: Message | undefined): object | null =>
    seen === undefined
      ? null
      : { headers: seen.headers, body: Buffer.from(seen.body).toString("utf8") };
  return { upstream: message(upstream), client: message(client), changes, log };
}

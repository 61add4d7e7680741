/** `init`: a complete document for a provider behind a gateway, checked by the filter before it is printed. */
import { writeFileSync } from "node:fs";
import { findConfigurations } from "../document.ts";
import { theBridge } from "../files.ts";
import { CommandError, err, Exit, print, say } from "../output.ts";
import { apisixDocument } from "./apisix.ts";
import { envoyDocument } from "./envoy.ts";
import { envoyGatewayDocument } from "./envoy_gateway.ts";
import { higressDocument } from "./higress.ts";
import { istioDocument } from "./istio.ts";
import { planOf, type Gateway, type InitOptions, type Plan } from "./plan.ts";

const DOCUMENTS: Readonly<Record<Gateway, (plan: Plan) => string>> = {
  envoy: envoyDocument,
  apisix: apisixDocument,
  istio: istioDocument,
  "envoy-gateway": envoyGatewayDocument,
  higress: higressDocument,
};

/** The document for options. Throws CommandError where they do not fit together, or the filter refuses them. */
export function initDocument(options: InitOptions): { text: string; plan: Plan } {
  const plan = planOf(options);
  const text = DOCUMENTS[options.gateway](plan);
  for (const { config, env } of findConfigurations(text)) {
    const { ok, problems } = theBridge().check({ config, ...(env === undefined ? {} : { env }) });
    if (ok) continue;
    const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
    throw new CommandError(["these options make no configuration:", ...lines].join("\n"));
  }
  return { text, plan };
}

/** Prints or writes the document; what is still to be done by hand is told beside it. The result is the exit code. */
export function init(options: InitOptions & { output?: string; force?: boolean }): number {
  const { text, plan } = initDocument(options);
  const { output } = options;
  if (output === undefined) print(text);
  else write(output, text, options.force === true);
  for (const placeholder of plan.placeholders) {
    say(`${err.yellow("replace")} ${placeholder}`);
  }
  if (plan.auth === "keys") say(`${err.yellow("set")} ${plan.env} where the gateway runs`);
  if (output !== undefined)
    say(`${err.green("wrote")} ${output}; look at it with: messages-bridge check ${output}`);
  return Exit.Good;
}

function write(file: string, text: string, isForced: boolean): void {
  try {
    writeFileSync(file, text, { flag: isForced ? "w" : "wx" });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    if (isThere) throw new CommandError(`${file} is there already; --force replaces it`);
    throw new CommandError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

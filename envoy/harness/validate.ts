// `envoy --mode validate`: would this Envoy start with that configuration?

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEnvoy } from "../../scripts/envoy.mjs";
import { renderConfig, type ConfigOptions } from "./config.ts";

/** Resolves with what a version of Envoy says to a configuration: "" when it takes it, else its complaint, down to a level of its log. */
export async function complaintOf(
  version: string,
  options: ConfigOptions,
  env: Record<string, string> = {},
  level = "critical",
): Promise<string> {
  const { bin } = await ensureEnvoy({ version, log: () => {} });
  const folder = await mkdtemp(join(tmpdir(), "messages-bridge-"));
  try {
    const file = join(folder, "envoy.yaml");
    await writeFile(file, renderConfig(options));
    const args = ["--mode", "validate", "-c", file, "--log-level", level];
    return await new Promise((resolve) => {
      execFile(bin, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
        resolve(error === null ? "" : `${stderr}${stdout}` || error.message);
      });
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

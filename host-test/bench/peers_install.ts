// Other gateways, installed from where their projects publish them, in exact versions, below build/peers. The first run
// downloads some 300 MB; later ones find them there.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { installInto, lock, run } from "../../scripts/python.mjs";
import { ROOT } from "./identity_build.ts";

/** Versions of 21 November 2026: the newest whose dependencies could be installed. */
export const LITELLM_VERSION = "1.106.2";
export const PORTKEY_VERSION = "1.15.2";

const PLACE = join(ROOT, "build", "peers");
const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Installs LiteLLM with its proxy when it is not there, and returns its Python and the proxy's program for it: the program's
 * own first line names the place where it was installed first. Rejects with the installer's report.
 */
export async function ensureLitellm(): Promise<{ python: string; program: string }> {
  const home = join(PLACE, `litellm-${LITELLM_VERSION}`);
  const requirement = `litellm[proxy]==${LITELLM_VERSION}`;
  await once(home, () => installInto(home, ["--only-binary", ":all:", requirement]));
  return { python: join(home, "bin", "python"), program: join(home, "bin", "litellm") };
}

/** Installs Portkey's gateway when it is not there, and returns its program for Node. Rejects with the installer's report. */
export async function ensurePortkey(): Promise<string> {
  const home = join(PLACE, `portkey-${PORTKEY_VERSION}`);
  await once(home, async () => {
    const fresh = await mkdtemp(`${home}.new-`);
    try {
      const how = ["--prefix", fresh, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
      const what = `@portkey-ai/gateway@${PORTKEY_VERSION}`;
      await run("npm", ["install", ...how, what], INSTALL_TIMEOUT_MS);
      await rename(fresh, home);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
  return join(home, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
}

/** Installs into `home` unless it is there; installers leave it complete or absent. */
async function once(home: string, install: () => Promise<void>): Promise<void> {
  await mkdir(PLACE, { recursive: true });
  const release = await lock(`${home}.lock`);
  try {
    if (!existsSync(home)) await install();
  } finally {
    await release();
  }
}

/** Once for all files: the page is built and there is a browser, so that files that run side by side do neither at the same time. */
import { ensureChromium } from "../../scripts/chromium.mjs";
import { buildPlayground } from "../../scripts/playground.mjs";

export default async function setup(): Promise<void> {
  ensureChromium();
  await buildPlayground();
}

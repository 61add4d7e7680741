/** A real browser on the built page, served as `npm start` serves it. Everything that goes wrong in the page is collected. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { ensureChromium } from "../../scripts/chromium.mjs";
import { buildPlayground, serveFolder } from "../../scripts/playground.mjs";
import { ROOT } from "../../scripts/stamp.mjs";

/** Where screenshots go, to be looked at. */
const SHOTS = join(ROOT, "build", "screenshots");
const DESKTOP = { width: 1360, height: 900 };
export const PHONE = { width: 390, height: 844 };

export interface Rig {
  url: string;
  /** A page of its own; closed with the rig. */
  open(options?: BrowserContextOptions & { hash?: string }): Promise<Visit>;
  /** What went wrong in any page since the last call, and closes all pages. */
  endTest(): Promise<string[]>;
  close(): Promise<void>;
}

/** A page, and what went wrong in it so far. */
export interface Visit {
  page: Page;
  problems: string[];
  /** Addresses that were asked for. */
  requests: string[];
}

/** Builds the page if it is stale, serves it, and starts a browser. */
export async function startRig(): Promise<Rig> {
  const server = await serveFolder(await buildPlayground(), 0);
  // The tests run as root where there is no other user; the sandbox refuses that.
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: ["--no-sandbox"],
  });
  const url = `http://127.0.0.1:${server.port}/`;
  const visits: Visit[] = [];
  return {
    url,
    open: async ({ hash = "", ...options } = {}) => {
      const opened = await visit(browser, url + hash, options);
      visits.push(opened);
      return opened;
    },
    endTest: async () => {
      const ended = visits.splice(0);
      await Promise.all(ended.map(({ page }) => page.context().close()));
      return ended.flatMap(({ problems }) => problems);
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: "light", ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await settled(page);
  return { page, problems, requests };
}

/** Waits until what is shown is about what was typed: after the pause that typing gets, and the filter's answer. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('html[data-settled="true"]');
}

/** Replaces the text of an editor by its label. */
export async function type(page: Page, label: string, text: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: label });
  await editor.click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
  await settled(page);
}

/** The bytes that went upstream, as the page shows them in their raw form. */
export async function upstreamBody(page: Page): Promise<unknown> {
  await page.getByRole("button", { name: "Bytes" }).click();
  const text = await page.locator("#upstream-body").textContent();
  await page.getByRole("button", { name: "Pretty" }).click();
  return JSON.parse(text ?? "");
}

/** What axe finds: one line for each violation and place. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

/** A picture of the whole page in build/screenshots. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

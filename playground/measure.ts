/**
 * Figures for docs/playground.md: sizes as a web server sends them, and what a phone on a slow line sees. `npx tsx playground/measure.ts`.
 * Conditions are those of Lighthouse's phone: 4 times slower, 150 ms there and back, 1.6 Mbit/s.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { ensureChromium } from "../scripts/chromium.mjs";
import { buildPlayground, serveFolder } from "../scripts/playground.mjs";

const CPU_SLOWDOWN = 4;
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: 200_000,
  uploadThroughput: 90_000,
};

interface Vitals {
  paint: number;
  largest: number;
  shift: number;
  blocked: number;
}

function printSizes(folder: string): void {
  let total = 0;
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.\w+$/.test(file)) continue;
    const bytes = readFileSync(join(folder, file));
    const packed = gzipSync(bytes, { level: 9 }).length;
    total += packed;
    console.log(`${file}: ${bytes.length} bytes, gzip ${packed}`);
  }
  console.log(`total, gzip: ${total}`);
}

/** Runs in the page before anything else: collects what the browser says about painting, moving and blocking. */
function observe(): void {
  const vitals: Vitals = { paint: 0, largest: 0, shift: 0, blocked: 0 };
  (globalThis as unknown as { vitals: Vitals }).vitals = vitals;
  const watch = (type: string, take: (entry: PerformanceEntry) => void): void => {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type,
      buffered: true,
    });
  };
  watch("paint", (entry) => {
    if (entry.name === "first-contentful-paint") vitals.paint = entry.startTime;
  });
  watch("largest-contentful-paint", (entry) => (vitals.largest = entry.startTime));
  watch(
    "layout-shift",
    (entry) => (vitals.shift += (entry as PerformanceEntry & { value: number }).value),
  );
  watch("longtask", (entry) => (vitals.blocked += Math.max(entry.duration - 50, 0)));
}

async function printVitals(url: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    args: ["--no-sandbox"],
  });
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true });
  const session = await page.context().newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  // The runner of this file marks functions with a helper that the page does not have.
  await page.addInitScript("globalThis.__name = (value) => value;");
  await page.addInitScript(observe);
  const started = Date.now();
  await page.goto(url);
  await page.waitForSelector('html[data-settled="true"]');
  const vitals = await page.evaluate(() => (globalThis as unknown as { vitals: Vitals }).vitals);
  console.log(
    `first paint ${Math.round(vitals.paint)} ms, largest ${Math.round(vitals.largest)} ms`,
  );
  console.log(`layout shift ${vitals.shift.toFixed(3)}, blocked ${Math.round(vitals.blocked)} ms`);
  console.log(`first translation ${Date.now() - started} ms`);
  await browser.close();
}

const folder = await buildPlayground();
printSizes(folder);
const server = await serveFolder(folder, 0);
await printVitals(`http://127.0.0.1:${server.port}/`);
await server.close();

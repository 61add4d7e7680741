/** Who can use the page: axe without violations in light, dark and on a phone, and nothing that sticks out. Leaves pictures to look at. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BrowserContextOptions, Page } from "playwright-core";
import { PHONE, settled, shoot, startRig, type, violations, type Rig } from "./support.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(async () => {
  expect(await rig.endTest()).toEqual([]);
});
afterAll(() => rig.close());

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: {},
  dark: { colorScheme: "dark" },
  phone: { viewport: PHONE, hasTouch: true, isMobile: true },
};

async function played(page: Page): Promise<void> {
  await page.locator("#speed").fill("10");
  await page.getByRole("button", { name: "Play" }).click();
  await page.locator(".events .end").waitFor();
}

/** Runs in the page: how much has moved so far, as browsers measure it. */
function layoutShift(): Promise<number> {
  return new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        sum += (entry as PerformanceEntry & { value: number }).value;
    });
    observer.observe({ type: "layout-shift", buffered: true });
    // What was buffered is told before the next frame is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
  });
}

describe.each(Object.entries(LOOKS))("%s", (name, options) => {
  test("a translated and played sample", async () => {
    const { page } = await rig.open(options);
    await played(page);
    expect(await violations(page)).toEqual([]);
    await shoot(page, name);
  });

  test("errors", async () => {
    const { page } = await rig.open(options);
    await page.getByLabel("Sample").selectOption({ label: "Refused: audio" });
    await settled(page);
    await shoot(page, `${name}-refused`);
    await type(
      page,
      "Configuration in YAML",
      "version: 1\nprofile:\n  prefil: {}\n  auth: { mode: clint }\n",
    );
    expect(await violations(page)).toEqual([]);
    await shoot(page, `${name}-config`);
  });

  test("nothing moves while it loads", async () => {
    const { page } = await rig.open(options);
    expect(await page.evaluate(layoutShift)).toBeLessThan(0.02);
  });

  test("nothing sticks out sideways", async () => {
    const { page } = await rig.open(options);
    await played(page);
    const [inside, width] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(inside).toBeLessThanOrEqual(width as number);
  });
});

test("the list of keys", async () => {
  const { page } = await rig.open();
  await page.getByRole("button", { name: "Keys" }).click();
  await page.getByRole("dialog").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("axe sees what is wrong", async () => {
  const { page } = await rig.open();
  await page.evaluate(() => document.getElementById("path")?.removeAttribute("aria-label"));
  await page.evaluate(() => document.querySelector('label[for="path"]')?.remove());
  expect(await violations(page)).toEqual(["label: #path"]);
});

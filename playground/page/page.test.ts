/** What a person does with the page, in a real browser. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { settled, startRig, type, upstreamBody, type Rig } from "./support.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(async () => {
  expect(await rig.endTest()).toEqual([]);
});
afterAll(() => rig.close());

const REQUEST = "Body of the request";
const CONFIG = "Configuration in YAML";

/** Plays the answer to its end without pauses. */
async function play(page: Page): Promise<string[]> {
  await page.locator("#speed").fill("10");
  await page.getByRole("button", { name: "Play" }).click();
  await page.locator(".events .end, .events .failure").waitFor();
  return page.locator(".events li > code").allTextContents();
}

describe("loading", () => {
  test("the first sample is translated, and nothing is asked of anybody else", async () => {
    const visit = await rig.open();
    expect(await upstreamBody(visit.page)).toMatchObject({
      model: "claude-sonnet-4-5",
      max_tokens: 1024,
      system: "You are brief.",
      stop_sequences: ["END"],
    });
    expect(await visit.page.locator("#notes").textContent()).toContain(
      "the Messages API has no seed",
    );
    expect(visit.requests.filter((url) => !url.startsWith(rig.url))).toEqual([]);
  });

  test("a filter that cannot be had is told", async () => {
    const { page } = await rig.open();
    await page.route("**/*.wasm", (route) => route.fulfill({ status: 404, body: "" }));
    await page.reload();
    await settled(page);
    expect(await page.locator("#result").textContent()).toContain(
      "the filter could not be loaded: 404",
    );
  });
});

describe("the request", () => {
  test("what is typed is translated", async () => {
    const visit = await rig.open();
    await type(
      visit.page,
      REQUEST,
      '{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"Guten Tag"}]}',
    );
    expect(await upstreamBody(visit.page)).toEqual({
      model: "claude-haiku-4-5",
      max_tokens: expect.any(Number) as number,
      messages: [{ role: "user", content: "Guten Tag" }],
    });
    expect(await visit.page.getByLabel("Sample").inputValue()).toBe("own");
  });

  test("broken JSON is marked where it breaks", async () => {
    const { page } = await rig.open();
    await type(page, REQUEST, '{"model": }');
    expect(await page.locator("#request-problems li").count()).toBe(1);
    expect(await page.locator("#request-editor .cm-lintRange-error").textContent()).toBe("}");
    expect(await page.locator("#result").textContent()).toContain(
      "400 The filter answers by itself",
    );
  });

  test("a refusal points at the member that it names", async () => {
    const { page } = await rig.open();
    await page.getByLabel("Sample").selectOption({ label: "Refused: audio" });
    await settled(page);
    expect(await page.locator("#request-editor .cm-lintRange-error").textContent()).toBe('"type"');
    await page.locator("#request-problems button").click();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe('"type"');
  });

  test("another path is another API", async () => {
    const { page } = await rig.open();
    await page.getByLabel("Path of the request").fill("/v1/nothing");
    await settled(page);
    expect(await page.locator("#result").textContent()).toContain("404");
  });

  test("headers of the client count", async () => {
    const { page } = await rig.open();
    await page.getByText("Headers of the client").click();
    await type(page, "Headers of the client, one a line", "api-key: my-own-key");
    expect(await page.locator(".headers").textContent()).toContain("my-own-key");
    await type(page, "Headers of the client, one a line", "no header");
    expect(await page.locator("#headers-editor .cm-lintRange-error").count()).toBe(1);
  });
});

describe("the configuration", () => {
  test("an unknown key is marked in its place, and gone when it is corrected", async () => {
    const { page } = await rig.open();
    await type(
      page,
      CONFIG,
      "version: 1\nprofile:\n  provider: { type: anthropic }\n  prefil: {}\n",
    );
    expect(await page.locator("#config-editor .cm-lintRange-error").textContent()).toBe("prefil");
    expect(await page.locator("#config-problems").textContent()).toContain(
      'unknown key; did you mean "prefill"?',
    );
    expect(await page.locator("#config-status").textContent()).toBe("Refused: 1 problem");
    expect(await page.locator("#result").textContent()).toContain("nothing can be translated");
    await type(page, CONFIG, "version: 1\nprofile:\n  provider: { type: anthropic }\n");
    expect(await page.locator("#config-status").textContent()).toBe("Accepted");
    expect(await page.locator("#config-editor .cm-lintRange-error").count()).toBe(0);
  });

  test("YAML that is none is told by its own words", async () => {
    const { page } = await rig.open();
    await type(page, CONFIG, "version: [1\n");
    expect(await page.locator("#config-problems li").count()).toBeGreaterThan(0);
  });

  test("keys are completed by the keyboard", async () => {
    const { page } = await rig.open();
    await type(page, CONFIG, "version: 1\nprofile:\n  provider:\n    ");
    await page.keyboard.press("Control+Space");
    const options = page.locator(".cm-tooltip-autocomplete li");
    await options.first().waitFor();
    expect((await options.allTextContents()).join(" ")).toContain("anthropic_version");
    await page.keyboard.type("typ");
    await page
      .locator('.cm-tooltip-autocomplete li[aria-selected="true"]', { hasText: "type" })
      .waitFor();
    // Completion ignores keys for a moment after it has opened, so that no line break is eaten.
    await expect
      .poll(async () => {
        if ((await options.count()) > 0) await page.keyboard.press("Enter");
        return page.locator("#config-editor .cm-content").innerText();
      })
      .toContain("    type: ");
  });

  test("a provider changes the path, and keys get stand-ins", async () => {
    const { page } = await rig.open();
    await page.getByLabel("Provider").selectOption({ label: "Databricks" });
    await settled(page);
    expect(await page.locator("#config-status").textContent()).toBe(
      "Accepted; DATABRICKS_TOKEN has a stand-in here",
    );
    expect(await page.locator("#upstream-path").textContent()).toContain("/serving-endpoints/");
    expect(await page.locator(".headers").textContent()).toContain(
      "Bearer value-of-DATABRICKS_TOKEN",
    );
  });
});

describe("the answer", () => {
  test("leaves event by event, and is the same however it is cut", async () => {
    const { page } = await rig.open();
    const events = await play(page);
    expect(events.length).toBeGreaterThan(5);
    expect(events.at(-1)).toBe("[DONE]");
    expect(await page.locator("#said").textContent()).toBe("Let me look. ");
    const times = (text: string): string => text.replace(/"created":\d+/, "");
    for (const piece of ["7", "all"]) {
      await page.getByLabel("Pieces").selectOption(piece);
      expect((await play(page)).map(times)).toEqual(events.map(times));
    }
  });

  test("a step is one piece, and Rewind goes back to nothing", async () => {
    const { page } = await rig.open();
    for (let steps = 0; steps < 3; steps++)
      await page.getByRole("button", { name: "Step" }).click();
    await page.locator(".events li > code").first().waitFor();
    expect(await page.locator("#answer-editor .sent").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Rewind" }).click();
    expect(await page.locator("#answer-editor .sent").count()).toBe(0);
    expect(await page.locator(".events").textContent()).toContain("Press Play");
  });

  test("a stream that breaks off ends in an error", async () => {
    const { page } = await rig.open();
    await page.getByLabel("Upstream says").selectOption({ label: "stream: ends half-way" });
    expect((await play(page)).at(-1)).toContain("stream_truncated");
  });

  test("an error is the client's kind of error", async () => {
    const { page } = await rig.open();
    await page.getByLabel("Upstream says").selectOption({ label: "error: 529" });
    await play(page);
    expect(await page.locator("#events-head").textContent()).toContain("503");
    expect(await page.locator(".events pre").textContent()).toContain('"overloaded"');
  });

  test("Bedrock's binary frames are made and read", async () => {
    const { page } = await rig.open();
    await page.getByRole("tab", { name: "Messages" }).click();
    await page
      .getByLabel("Sample")
      .selectOption({ label: "To Bedrock: another form, binary events" });
    await settled(page);
    expect((await play(page)).at(-1)).toContain("message_stop");
  });

  test("of a refused request is the refusal", async () => {
    const { page } = await rig.open();
    await type(page, REQUEST, "{}");
    await play(page);
    expect(await page.locator(".events pre").textContent()).toContain("missing_required_parameter");
  });

  test("of a refused configuration is none", async () => {
    const { page } = await rig.open();
    await type(page, CONFIG, "version: 2\n");
    await play(page);
    expect(await page.locator(".events .failure").textContent()).toContain("nothing to play");
  });
});

describe("links and keys", () => {
  test("a copied link shows the same page", async () => {
    const first = await rig.open({ permissions: ["clipboard-read", "clipboard-write"] });
    await first.page.getByRole("tab", { name: "Responses" }).click();
    await type(first.page, REQUEST, '{"model":"claude-haiku-4-5","input":"Guten Tag"}');
    await first.page.keyboard.press("Control+s");
    await first.page.getByRole("button", { name: "Copied" }).waitFor();
    const link = await first.page.evaluate(() => navigator.clipboard.readText());
    const second = await rig.open({ hash: new URL(link).hash });
    expect(await upstreamBody(second.page)).toMatchObject({
      messages: [{ role: "user", content: "Guten Tag" }],
    });
    expect(await second.page.getByRole("tab", { selected: true }).textContent()).toBe("Responses");
  });

  test("a link that cannot be read is told, and a sample shown", async () => {
    const { page } = await rig.open({ hash: "#s=AAAA" });
    expect(await page.getByRole("alert").textContent()).toContain("cannot be read");
    expect(await page.locator("#upstream-path").textContent()).toBe("/v1/messages");
  });

  test("tabs go by arrows, the answer by Ctrl and Enter, and Tab leaves an editor", async () => {
    const { page } = await rig.open();
    await page.getByRole("tab", { name: "Chat" }).focus();
    await page.keyboard.press("ArrowLeft");
    await settled(page);
    expect(await page.getByRole("tab", { selected: true }).textContent()).toBe("Completions");
    await page.locator("#speed").fill("10");
    await page.keyboard.press("Control+Enter");
    await page.locator(".events .end").waitFor();
    await page.getByRole("textbox", { name: CONFIG }).focus();
    await page.keyboard.press("Tab");
    const isInside = await page.evaluate(
      () => document.activeElement?.closest("#config-editor") !== null,
    );
    expect(isInside).toBe(false);
  });

  test("the theme is remembered", async () => {
    const { page } = await rig.open();
    await page.getByRole("button", { name: "Theme: auto" }).click();
    await page.getByRole("button", { name: "Theme: light" }).click();
    await page.reload();
    await page.getByRole("button", { name: "Theme: dark" }).waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe("dark");
  });
});

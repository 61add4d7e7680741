// A configuration that comes by ECDS from a file and changes under load: nothing is lost, generations live side by side, a bad one is refused.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  answerJson,
  CHAT,
  CHAT_PATH,
  message,
  payloads,
  SSE,
  streamOf,
  textBlock,
} from "../harness/answers.ts";
import { Client } from "../harness/client.ts";
import type { Parts } from "../harness/config.ts";
import { Envoy, VERSIONS } from "../harness/envoy.ts";
import { WASM } from "../harness/rig.ts";
import { messagesHeaders } from "../upstream/headers.ts";
import { Upstream } from "../upstream/server.ts";

const WASM_TYPE = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
const HELLO = message([{ type: "text", text: "Hi" }], "end_turn");
/** Requests of the run, and after how many of them each next generation comes. */
const RUN = 800;
const EVERY = 100;

/** A configuration whose alias names its generation. */
const generation = (number: number): object => ({
  version: 1,
  profile: {
    auth: { mode: "client" },
    models: { aliases: { [CHAT.model]: `claude-generation-${number}` } },
  },
});

/** A file of one resource, as Envoy watches it: what is moved there is read. */
class Resource {
  readonly #folder = mkdtempSync(join(tmpdir(), "messages-bridge-"));
  readonly file = join(this.#folder, "filter.json");
  #config: object = {};

  /** Takes the filter out of a configuration and puts the watch in its place. */
  adopt({ hcm }: Parts): void {
    const filter = hcm.http_filters[0] as Record<string, unknown>;
    this.#config = filter["typed_config"] as object;
    delete filter["typed_config"];
    filter["config_discovery"] = {
      config_source: { path_config_source: { path: this.file }, resource_api_version: "V3" },
      type_urls: [WASM_TYPE],
    };
  }

  /** Puts a plugin configuration, or a text that is none, into place. */
  write(filter: unknown, version: string): void {
    const typed = structuredClone(this.#config) as {
      config: { configuration: { value: string } };
    };
    typed.config.configuration.value = typeof filter === "string" ? filter : JSON.stringify(filter);
    const resource = {
      "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
      name: "messages-bridge",
      typed_config: typed,
    };
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify({ version_info: version, resources: [resource] }));
    renameSync(next, this.file);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

describe.each(VERSIONS)("Envoy %s", (version) => {
  const resource = new Resource();
  let upstream: Upstream;
  let envoy: Envoy;
  let client: Client;

  beforeAll(async () => {
    upstream = await Upstream.start();
    envoy = await Envoy.start({
      version,
      wasm: WASM,
      upstream: { port: upstream.port },
      edit: (parts) => {
        parts.root["node"] = { id: "test", cluster: "test" };
        resource.adopt(parts);
        resource.write(generation(1), "1");
      },
    });
    client = new Client(envoy.port);
  });
  afterEach(() => upstream.reset());
  afterAll(async () => {
    client.close();
    await envoy.stop();
    await upstream.close();
    resource.remove();
  });

  /** The generation that served a request, from the name that went upstream. */
  async function ask(): Promise<number> {
    const before = upstream.received.length;
    upstream.enqueue(answerJson(200, HELLO));
    const answer = await client.post(CHAT_PATH, CHAT);
    expect(answer.status).toBe(200);
    return generationOf(before);
  }

  function generationOf(index: number): number {
    const body = Buffer.concat(upstream.received[index]?.chunks ?? []).toString();
    return Number(/claude-generation-(\d+)/.exec(body)?.[1]);
  }

  /** Asks until a generation serves. */
  async function arrives(number: number): Promise<void> {
    for (let tries = 0; tries < RUN; tries++) if ((await ask()) === number) return;
    throw new Error(`generation ${number} does not arrive`);
  }

  test("nothing is lost while it changes", async () => {
    upstream.enqueue(...Array.from({ length: RUN }, () => answerJson(200, HELLO)));
    const failed: string[] = [];
    let sent = 0;
    let newest = 1;
    const run = async (): Promise<void> => {
      while (sent < RUN) {
        sent += 1;
        if (sent % EVERY === 0) resource.write(generation(++newest), String(newest));
        const answer = await client.post(CHAT_PATH, CHAT);
        const isRight = answer.outcome === "complete" && answer.status === 200;
        if (!isRight) failed.push(`${answer.outcome} ${answer.status} ${answer.text}`);
        else expect(answer.json).toMatchObject({ model: CHAT.model });
      }
    };
    await Promise.all(Array.from({ length: 8 }, run));
    expect(failed).toEqual([]);
    const seen = new Set(upstream.received.map((_, index) => generationOf(index)));
    expect(seen.size).toBeGreaterThan(1);
    upstream.reset();
    await arrives(newest);
  });

  test("a stream of the old generation ends under the old one", async () => {
    resource.write(generation(100), "100");
    await arrives(100);
    upstream.reset();
    const events = streamOf([textBlock("Hi", " there")]);
    upstream.enqueue(async (exchange) => {
      await exchange.body();
      exchange.head(200, messagesHeaders(exchange.serial, SSE));
      await exchange.write(events.slice(0, 3).join(""));
      await stream.saw("Hi");
      resource.write(generation(101), "101");
      await arrives(101);
      for (const event of events.slice(3)) await exchange.write(event);
      exchange.end();
    });
    const stream = client.open({
      path: CHAT_PATH,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...CHAT, stream: true }),
    });
    await stream.finished();
    expect(generationOf(0)).toBe(100);
    expect(upstream.received.length).toBeGreaterThan(1);
    expect(payloads(stream.text).at(-1)).toBe("[DONE]");
  });

  test("a bad one is refused with its errors, and the old one serves on", async () => {
    resource.write(generation(200), "200");
    await arrives(200);
    for (const [bad, complaint] of [
      ["{", "JSON"],
      [{ version: 1, profile: { prefil: {} } }, 'did you mean "prefill"?'],
    ] as const) {
      const lines = envoy.log.lines.length;
      resource.write(bad, `bad ${complaint}`);
      await envoy.log.until(
        (all) => all.slice(lines).some((line) => line.includes(complaint)),
        "the complaint",
      );
      expect(await ask()).toBe(200);
    }
    resource.write(generation(201), "201");
    await arrives(201);
  });
});

/**
 * The packed and installed npm package: its content, its library against every golden case, its program. The goldens themselves are held
 * against real Envoy by envoy/e2e.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bridge } from "../../cli/index.ts";
import { exchangeOf, goldenCases, readCaseFile, type GoldenCase } from "../golden/case.ts";
import { withProfile } from "../support/filter.ts";
import { Installed } from "./package.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const REQUEST = JSON.stringify({
  model: "claude-opus-4-7",
  seed: 3,
  messages: [{ role: "user", content: "Hello" }],
});
const BAD = '{"version":1,\n "profile":{"prefil":{},\n "limits":{"max_depth":7}}}';

let installed: Installed;
let library: Awaited<ReturnType<Installed["library"]>>;
let bridge: Bridge;

beforeAll(async () => {
  installed = Installed.create();
  library = await installed.library();
  bridge = new library.Bridge(new Uint8Array(readFileSync(library.wasmPath)));
}, 60_000);
afterAll(() => installed.remove());

test("the package holds what its users need, and nothing of the checkout", () => {
  const files = installed.files();
  for (const file of [
    "build/messages-bridge.wasm",
    "build/cli/main.mjs",
    "build/cli/index.mjs",
    "build/types/cli/index.d.ts",
    "docs/config.schema.json",
    "envoy/examples/vertex.yaml",
    "apisix/plugins/messages-bridge-companion.lua",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "package.json",
  ])
    expect(files).toContain(file);
  expect(files.filter((file) => /^(plugin|host-test|scripts|node_modules)\//.test(file))).toEqual(
    [],
  );
});

test("the package depends on nothing", () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { dependencies?: object };
  expect(dependencies ?? {}).toEqual({});
});

function configOf(golden: GoldenCase): object {
  const text = readCaseFile(golden, "config.json")?.toString() ?? "{}";
  return withProfile(JSON.parse(text) as Record<string, unknown>);
}

/** The file's bytes without its line end. */
function expected(golden: GoldenCase, file: string): string | undefined {
  return readCaseFile(golden, file)?.toString("latin1").replace(/\n$/, "");
}

const text = (body: Uint8Array | undefined): string | undefined =>
  body === undefined ? undefined : Buffer.from(body).toString("latin1");

describe.each(["chat", "native", "responses"])(
  "the library translates as the goldens say: %s",
  (surface) => {
    test.each(goldenCases(surface))("$name", (golden) => {
      const { request, response } = exchangeOf(golden);
      const { upstream, client } = bridge.translate({
        config: configOf(golden),
        reasons: false,
        headers: request.headers,
        body: new Uint8Array(request.body as Uint8Array),
        ...(response === undefined
          ? {}
          : {
              response: {
                headers: response.headers,
                body: new Uint8Array(response.body as Uint8Array),
              },
            }),
      });
      expect(text(upstream?.body)).toBe(expected(golden, "anthropic.upstream.json"));
      const stream = readCaseFile(golden, "client.sse")?.toString("latin1");
      expect(text(client?.body)).toBe(stream ?? expected(golden, "client.json"));
    });
  },
);

describe("translate", () => {
  const cases = ["example-plain", "example-tools", "media-images", "reasoning-seed-mode"].map(
    (name) => ({
      name,
      folder: new URL(`chat/${name}/`, FIXTURES),
    }),
  );

  test.each(cases)("prints the body of $name byte for byte", async ({ name }) => {
    const golden = goldenCases("chat").find((row) => row.name === name) as GoldenCase;
    const config = JSON.stringify(configOf(golden));
    const file = await installed.write("config.json", config);
    const request = readCaseFile(golden, "request.json") as Buffer;
    const run = await installed.run(["translate", "--config", file], request);
    expect(run.stdout.toString("latin1")).toBe(expected(golden, "anthropic.upstream.json"));
    expect(run.code).toBe(0);
  });

  test("tells head and reasons beside it, without colours into a pipe", async () => {
    const { stderr, code } = await installed.run(["translate"], REQUEST);
    expect(code).toBe(0);
    expect(stderr).toContain("POST /v1/messages\n");
    expect(stderr).toContain("x-api-key: $CLIENT_KEY\n");
    expect(stderr).toMatch(/dropped:seed +the Messages API has no seed\n/);
    expect(stderr).toMatch(/max_tokens +required by the Messages API/);
    expect(stderr).not.toContain("\x1b[");
  });

  test("colours where they are forced, none where they are refused", async () => {
    const forced = await installed.run(["translate"], REQUEST, { FORCE_COLOR: "1" });
    expect(forced.stderr).toContain("\x1b[");
    const refused = await installed.run(["translate"], REQUEST, {
      FORCE_COLOR: "1",
      NO_COLOR: "1",
    });
    expect(refused.stderr).not.toContain("\x1b[");
  });

  test("no key of the environment is ever shown", async () => {
    const args = ["translate", "--config", "envoy/examples/anthropic.yaml"];
    const secret = "sk-ant-secret";
    const run = await installed.run(args, REQUEST, { ANTHROPIC_API_KEY: secret });
    expect(run.stderr).toContain("x-api-key: $ANTHROPIC_API_KEY");
    expect(run.stderr + run.stdout.toString()).not.toContain(secret);
  });

  test("a request that the filter answers itself", async () => {
    const run = await installed.run(["translate", "-q"], '{"model":"claude-opus-4-7"}');
    expect(JSON.parse(run.stdout.toString())).toMatchObject({ error: { param: "messages" } });
    expect(run.code).toBe(1);
  });

  test("a stream back, without any request", async () => {
    const file = new URL("chat/example-tools-stream/upstream.sse", FIXTURES).pathname;
    const run = await installed.run(["translate", "--response", file]);
    expect(run.stdout.toString()).toMatch(/^data: \{.*"object":"chat\.completion\.chunk"/);
    expect(run.stdout.toString()).toMatch(/data: \[DONE\]\n\n$/);
    expect(run.code).toBe(0);
  });

  test("the profile that is named", async () => {
    const config = {
      version: 1,
      profiles: {
        a: { provider: { type: "anthropic" } },
        b: { provider: { type: "databricks" }, auth: { mode: "client" } },
      },
      default_profile: "a",
    };
    const file = await installed.write("profiles.json", JSON.stringify(config));
    const run = await installed.run(["translate", "-c", file, "-p", "b", "--json"], REQUEST);
    const { upstream, changes } = JSON.parse(run.stdout.toString()) as {
      upstream: { headers: [string, string][] };
      changes: { name: string }[];
    };
    expect(upstream.headers).toContainEqual([":path", "/serving-endpoints/anthropic/v1/messages"]);
    expect(changes.map(({ name }) => name)).toContain("dropped:seed");
  });
});

describe("check", () => {
  test("the examples of the package are good", async () => {
    // APISIX's own configuration holds none of the filter's.
    const none = ["apisix/config.yaml"];
    const examples = installed
      .files()
      .filter((file) => file.endsWith(".yaml") && !none.includes(file));
    expect(examples).toContain("apisix/apisix.yaml");
    const run = await installed.run(["check", ...examples]);
    expect(run.stderr).not.toContain("refused");
    expect(run.stdout.toString()).toBe("");
    expect(run.code).toBe(0);
  });

  test("every problem by its place", async () => {
    const run = await installed.run(["check", "-"], BAD);
    expect(run.stdout.toString().split("\n")).toEqual([
      '-:2:13: error: $.profile.prefil: unknown key; did you mean "prefill"?',
      "-:3:12: error: $.profile.limits.max_depth: expected an integer from 8 to 512, got 7",
      "",
    ]);
    expect(run.code).toBe(1);
  });

  test("as JSON", async () => {
    const run = await installed.run(["check", "--json", "-"], BAD);
    const [report] = JSON.parse(run.stdout.toString()) as { ok: boolean; problems: object[] }[];
    expect(report).toMatchObject({ ok: false, form: "bare", file: "-" });
    expect(report?.problems[0]).toEqual({
      level: "error",
      path: "$.profile.prefil",
      message: 'unknown key; did you mean "prefill"?',
      line: 2,
      column: 13,
    });
  });

  test("YAML, with its traps", async () => {
    const run = await installed.run(
      ["check", "-"],
      "version: 1\nprofile:\n  auth:\n    mode: off\n",
    );
    expect(run.stdout.toString()).toContain("-:4:5: error: $.profile.auth.mode: ");
    expect(run.stdout.toString()).toContain("quote the word");
  });

  test.each([
    [
      "a wrong key in a JSON text of an Envoy file",
      '"region": "global"',
      '"regio": "global"',
      "45:101: error: $.profile.provider.regio: ",
    ],
    [
      "headers that cannot be held",
      "allow_on_headers_stop_iteration: true",
      "#",
      "43:29: warning: $: allow_on",
    ],
  ])("%s", async (_, old, now, place) => {
    const yaml = readFileSync(new URL("../../envoy/examples/vertex.yaml", import.meta.url), "utf8");
    const file = await installed.write("envoy.yaml", yaml.replace(old, now));
    const { stdout } = await installed.run(["check", file]);
    expect(stdout.toString()).toContain(`${file}:${place}`);
  });

  test("a variable that the VM does not have", async () => {
    const yaml = readFileSync(
      new URL("../../envoy/examples/anthropic.yaml", import.meta.url),
      "utf8",
    );
    const file = await installed.write("envoy.yaml", yaml.replace(/environment_variables:.*/, ""));
    const run = await installed.run(["check", file]);
    expect(run.stdout.toString()).toContain("is not set for this VM");
    expect(run.code).toBe(1);
  });
});

describe("init", () => {
  test("prints a document that check takes, and says what to do with it", async () => {
    const made = await installed.run(["init", "--provider", "azure"]);
    expect(made.code).toBe(0);
    expect(made.stderr).toContain("replace my-foundry\n");
    expect(made.stderr).toContain("set AZURE_API_KEY where the gateway runs\n");
    expect((await installed.run(["check", "-"], made.stdout)).code).toBe(0);
  });

  test("names the module of the package, which is there", async () => {
    const made = await installed.run(["init", "--provider", "azure"]);
    const [, file = ""] = /filename: (\S+messages-bridge\.wasm)/.exec(made.stdout.toString()) ?? [];
    expect(readFileSync(file)).toHaveLength(readFileSync(library.wasmPath).length);
  });

  test("writes a file, and does not replace one unless it is told to", async () => {
    const file = await installed.write("mine.yaml", "precious");
    const args = ["init", "--provider", "bedrock", "--gateway", "istio", "-o", file];
    const refused = await installed.run(args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--force");
    expect(readFileSync(file, "utf8")).toBe("precious");
    expect((await installed.run([...args, "--force"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("kind: EnvoyFilter");
  });
});

test("report reads what Envoy tells Prometheus", async () => {
  const row = 'bridge_prefill_total{client="app",action="strip",kind="text",provider="azure"} 3\n';
  const run = await installed.run(["report", "--json"], row);
  expect(JSON.parse(run.stdout.toString())).toMatchObject([{ client: "app", degraded: 3 }]);
  expect((await installed.run(["report"], "nothing 1\n")).code).toBe(2);
});

describe("usage", () => {
  test.each([
    [["--help"]],
    [["check", "--help"]],
    [["init", "--help"]],
    [["serve", "--help"]],
    [["report", "--help"]],
    [["translate", "--help"]],
  ])("%j", async (args) => {
    const run = await installed.run(args);
    expect(run.stdout.toString()).toContain("Examples:\n");
    expect(run.code).toBe(0);
  });

  test.each([
    [["nonsense"], "unknown command"],
    [["check"], "missing required argument"],
    [["check", "/nowhere.yaml"], "ENOENT"],
    [["check", "README.md"], "README.md"],
    [["translate", "-H", "nonsense"], "name: value"],
    [["init"], "--provider"],
    [["init", "--provider", "nonsense"], "Allowed choices are anthropic, azure"],
    [["init", "--provider", "vertex", "--auth", "keys"], "--auth client or upstream"],
  ])("%j is refused with 2", async (args, message) => {
    const run = await installed.run(args, REQUEST);
    expect(run.stderr).toContain(message);
    expect(run.stdout.toString()).toBe("");
    expect(run.code).toBe(2);
  });
});

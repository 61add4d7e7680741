// The report on degraded clients: what is read, how it is ranked, and what is said when there is nothing to read.

import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseSamples, rankClients, table } from "../../cli/report.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const line = (
  client: string,
  action: string,
  value: number,
  kind = "text",
  model = "claude-opus-4-7",
) =>
  `bridge_prefill_total{action="${action}",kind="${kind}",provider="databricks",model="${model}",client="${client}"} ${value}`;

const STATS = [
  "# TYPE bridge_prefill_total counter",
  line("web", "strip", 3),
  line("web", "passthrough", 90),
  line("etl", "reframe", 40, "json"),
  line("etl", "strip", 2, "text", "claude-opus-4-8"),
  line("etl", "reject", 1),
  line("quiet", "passthrough", 7),
  line("routed", "route", 9),
  line("lost", "route_unsupported", 3),
  line("tidy", "drop_empty", 5, "empty"),
  line("zero", "strip", 0),
  line('a \\"b\\" \\\\', "strip", 1),
  'bridge_requests_total{op="chat_completions",code="2xx"} 1000',
  "bridge_config_ok{} 1",
  'envoy_cluster_upstream_rq_total{client="web"} 5',
].join("\n");

describe("the report", () => {
  it("reads samples with their labels, and passes over what is none", () => {
    expect(parseSamples(STATS)).toHaveLength(14);
    expect(parseSamples('# HELP x\n\nx{le="+Inf",a="b,c"} 1e3 1700000000\nnonsense\n')).toEqual([
      { name: "x", labels: { le: "+Inf", a: "b,c" }, value: 1000 },
    ]);
  });

  it("ranks clients by requests that were changed or refused", () => {
    const clients = rankClients(parseSamples(STATS));
    expect(clients.map(({ client, degraded, total }) => [client, degraded, total])).toEqual([
      ["etl", 43, 43],
      ["lost", 3, 3],
      ["web", 3, 93],
      ['a "b" \\', 1, 1],
      ["quiet", 0, 7],
      ["routed", 0, 9],
      ["tidy", 0, 5],
    ]);
    expect(clients[0]).toMatchObject({
      actions: { reframe: 40, strip: 2, reject: 1 },
      kinds: { json: 40, text: 3 },
      models: { "claude-opus-4-7": 41, "claude-opus-4-8": 2 },
    });
  });

  it("is a table, most first in every cell", () => {
    const [head, first] = table(rankClients(parseSamples(STATS)));
    expect(head).toMatch(/^client +degraded +of +how +what +models$/);
    expect(first).toMatch(
      /^etl +43 +43 {2}reframe 40, strip 2, reject 1 {2}json 40, text 3 {2}claude-opus-4-7 41, /,
    );
  });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command; `input` goes to stdin. */
function run(args: string[], input = ""): Promise<Ended> {
  return new Promise((resolve) => {
    const all = ["--import", "tsx", "cli/report_main.ts", ...args];
    const child = execFile(process.execPath, all, { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

describe("the command", () => {
  it("prints a table of stdin, and JSON", async () => {
    const plain = await run([], STATS);
    expect(plain).toMatchObject({
      code: 0,
      stderr: "4 of 7 clients are degraded by prefill handling\n",
    });
    expect(plain.stdout.split("\n")[1]).toMatch(/^etl +43/);
    const json = await run(["--json", "-"], STATS);
    expect(JSON.parse(json.stdout)).toEqual(rankClients(parseSamples(STATS)));
  }, 30_000);

  it("reads a URL, and says what is wrong with it", async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/stats/prometheus" ? 200 : 404;
      response.end(STATS);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [good, bad] = await Promise.all([
      run([`${base}/stats/prometheus`]),
      run([`${base}/stats`]),
    ]);
    server.close();
    expect(good).toMatchObject({ code: 0 });
    expect(good.stdout).toMatch(/etl +43/);
    expect(bad).toMatchObject({ code: 2, stdout: "" });
    expect(bad.stderr).toContain("HTTP 404");
  }, 30_000);

  it.each([
    ["is of something else", "x 1\n", "no metrics of messages-bridge"],
    [
      "has its labels in the names",
      "bridge_prefill_total_action__strip__kind__text_ 1\n",
      "stats_tags",
    ],
  ])(
    "says when what it reads %s",
    async (_what, text, message) => {
      const { code, stderr } = await run([], text);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
    },
    30_000,
  );
});

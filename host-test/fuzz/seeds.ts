/**
 * Exchanges to start from: every golden case of every surface, and some of the surfaces that have none. A case's configuration
 * gets a VM of its own when it is first drawn.
 */
import { readFileSync } from "node:fs";
import { exchangeOf, goldenCases, readCaseFile, SURFACES } from "../golden/case.ts";
import { WasmHost, type HeaderList, type MessageInput } from "../host/index.ts";
import { toBytes, withProfile } from "../support/filter.ts";
import { WASM_FILE, type Home } from "./hosts.ts";

/** An exchange as somebody meant it. */
export interface Seed {
  name: string;
  /** Settings of the profile, laid over the smallest configuration. */
  settings: Record<string, unknown>;
  request: { headers: HeaderList; body: Buffer | undefined };
  response: { headers: HeaderList; body: Buffer } | undefined;
}

const JSON_TYPE: HeaderList = [["content-type", "application/json"]];
const PAGE = {
  data: [
    { type: "model", id: "claude-opus-4-5", display_name: "O", created_at: "2025-11-24T00:00:00Z" },
    {
      type: "model",
      id: "claude-haiku-4-5",
      display_name: "H",
      created_at: "2025-10-15T00:00:00Z",
    },
  ],
  has_more: true,
  first_id: "claude-opus-4-5",
  last_id: "claude-haiku-4-5",
};

/** Method, path, body, answer: what no folder of fixtures holds. */
const OTHERS: readonly [string, string, unknown, unknown][] = [
  ["GET", "/v1/models", undefined, PAGE],
  ["GET", "/v1/models?limit=2&after_id=claude-opus-4-5", undefined, PAGE],
  ["GET", "/v1/models/claude-opus-4-5", undefined, PAGE.data[0]],
  ["DELETE", "/v1/models/claude-opus-4-5", undefined, {}],
  ["GET", "/v1/files?limit=3", undefined, PAGE],
  ["GET", "/v1/batches/batch_1", undefined, PAGE],
];

/** All of them; the same list for the same tree. */
export function readSeeds(): Seed[] {
  return [...SURFACES.flatMap((surface) => goldenCases(surface).map(fromGolden)), ...others()];
}

function fromGolden(golden: ReturnType<typeof goldenCases>[number]): Seed {
  const { request, response } = exchangeOf(golden);
  const settings = readCaseFile(golden, "config.json")?.toString() ?? "{}";
  const settled = ({ headers, body }: MessageInput) => ({
    headers,
    body: Buffer.from(toBytes(body ?? "")),
  });
  return {
    name: `${golden.surface}/${golden.name}`,
    settings: JSON.parse(settings) as Record<string, unknown>,
    request: settled(request),
    response: response === undefined ? undefined : settled(response),
  };
}

function others(): Seed[] {
  return OTHERS.map(([method, path, body, answer]) => ({
    name: `${method} ${path}`,
    settings: {},
    request: {
      headers: [
        [":method", method],
        [":path", path],
        [":authority", "gateway.test"],
        ["authorization", "Bearer sk-test"],
        ...(body === undefined ? [] : JSON_TYPE),
      ],
      body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
    },
    response: {
      headers: [[":status", "200"], ...JSON_TYPE],
      body: Buffer.from(JSON.stringify(answer)),
    },
  }));
}

/** VMs by configuration, opened when first used. */
export class SeedHomes {
  private readonly homes = new Map<string, Home>();

  /** The home of a seed's configuration. Throws when it is refused. */
  of({ settings, name }: Seed): Home {
    const key = JSON.stringify(settings);
    const known = this.homes.get(key);
    if (known !== undefined) return known;
    const host = WasmHost.loadSync(readFileSync(WASM_FILE), { profile: "envoy-hold" });
    const root = host.addRoot(withProfile(settings));
    if (!root.ok) throw new Error(`${name}: ${root.logs.map(({ text }) => text).join("\n")}`);
    const home = { host, root, quietBytes: host.liveBytes() };
    this.homes.set(key, home);
    return home;
  }

  /** Forgets a home that a finding has spoilt. */
  drop({ settings }: Seed): void {
    this.homes.delete(JSON.stringify(settings));
  }
}

/**
 * Exchanges to start from: every golden case of every surface, and those of other_seeds.ts. A case's configuration
 * gets a VM of its own when it is first drawn.
 */
import { exchangeOf, goldenCases, readCaseFile, SURFACES } from "../golden/case.ts";
import { type HeaderList, type MessageInput } from "../host/index.ts";
import { toBytes, withProfile } from "../support/filter.ts";
import { openHome, type Home } from "./hosts.ts";
import { otherSeeds } from "./other_seeds.ts";

/** An exchange as somebody meant it. */
export interface Seed {
  name: string;
  /** Settings of the profile, laid over the smallest configuration. */
  settings: Record<string, unknown>;
  request: { headers: HeaderList; body: Buffer | undefined };
  response: { headers: HeaderList; body: Buffer } | undefined;
}

/** All of them; the same list for the same tree. */
export function readSeeds(): Seed[] {
  return [...SURFACES.flatMap((surface) => goldenCases(surface).map(fromGolden)), ...otherSeeds()];
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

/** VMs by configuration, opened when first used. */
export class SeedHomes {
  private readonly homes = new Map<string, Home>();
  private readonly bySeed = new Map<Seed, Home>();

  /** The home of a seed's configuration. Throws when it is refused. */
  of(seed: Seed): Home {
    let home = this.bySeed.get(seed);
    if (home === undefined) this.bySeed.set(seed, (home = this.open(seed)));
    return home;
  }

  /** Forgets a home that a finding has spoilt. */
  drop({ settings }: Seed): void {
    this.homes.delete(JSON.stringify(settings));
    this.bySeed.clear();
  }

  private open({ settings }: Seed): Home {
    const key = JSON.stringify(settings);
    const known = this.homes.get(key);
    if (known !== undefined) return known;
    const home = openHome({ profile: "envoy-hold", config: withProfile(settings) });
    this.homes.set(key, home);
    return home;
  }
}

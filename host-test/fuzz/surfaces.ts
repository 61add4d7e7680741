/** The surfaces of the fuzzer by name. */
import { BATCH, EngineSurface } from "./engine/kind.ts";
import { ENGINE_KINDS } from "./engine/index.ts";
import { makeBedrockCase } from "./bedrock_case.ts";
import { makeCase, type FuzzCase } from "./case.ts";
import { ConfigSurface } from "./config_case.ts";
import { openHomes, type Home } from "./hosts.ts";
import { linesProblems, makeLinesCase } from "./lines_case.ts";
import { runCase } from "./run.ts";
import { makeSeedCase } from "./seed_case.ts";
import { runSeedCase } from "./seed_run.ts";
import { readSeeds, SeedHomes } from "./seeds.ts";
import { describe, shrink } from "./shrink.ts";
import { makeUploadCase, uploadProblems } from "./upload_case.ts";
import type { Surface, SurfaceEntry } from "./surface.ts";

/** Exchanges made from nothing. */
function chatSurface(seed: number): Surface {
  let homes: Home[] = openHomes();
  return {
    judge: (index) => {
      const fuzzCase = makeCase(seed, index);
      return runCase(homes[fuzzCase.config] as Home, fuzzCase);
    },
    tell: (index, problems) => describe(shrink(makeCase(seed, index), problems), problems),
    renew: () => void (homes = openHomes()),
  };
}

/** Exchanges of a kind of its own, each judged by `judge` in the VM of its configuration. */
function ownSurface<T extends FuzzCase>(
  make: (seed: number, index: number) => T,
  judge: (home: Home, fuzzCase: T) => string[],
): (seed: number) => Surface {
  return (seed) => {
    let homes: Home[] = openHomes();
    return {
      judge: (index) => {
        const fuzzCase = make(seed, index);
        return judge(homes[fuzzCase.config] as Home, fuzzCase);
      },
      tell: (index, problems) => describe(make(seed, index), problems),
      renew: () => void (homes = openHomes()),
    };
  };
}

/** The exchanges of all fixtures, damaged. */
function seedSurface(seed: number): Surface {
  const seeds = readSeeds();
  const homes = new SeedHomes();
  return {
    judge: (index) => {
      const seedCase = makeSeedCase(seeds, seed, index);
      return runSeedCase(homes.of(seedCase.seed), seedCase);
    },
    tell: (index, problems) => describe(makeSeedCase(seeds, seed, index), problems),
    renew: (index) => homes.drop(makeSeedCase(seeds, seed, index).seed),
  };
}

const exchanges = (open: (seed: number) => Surface): SurfaceEntry => ({ inputs: 1, open });

const ENGINES = Object.entries(ENGINE_KINDS).map(([name, kind]): [string, SurfaceEntry] => [
  name,
  { inputs: BATCH, open: (seed) => new EngineSurface(kind, seed) },
]);

/** All of them. */
export const SURFACES: Readonly<Record<string, SurfaceEntry>> = {
  chat: exchanges(chatSurface),
  all: exchanges(seedSurface),
  bedrock: exchanges(ownSurface(makeBedrockCase, runCase)),
  multipart: exchanges(
    ownSurface(makeUploadCase, (home, made) =>
      runSeedCase(home, made, (result) => uploadProblems(made, result)),
    ),
  ),
  jsonl: exchanges(
    ownSurface(makeLinesCase, (home, made) =>
      runSeedCase(home, made, (result) => linesProblems(made, result)),
    ),
  ),
  config: exchanges((seed) => new ConfigSurface(seed)),
  ...Object.fromEntries(ENGINES),
};

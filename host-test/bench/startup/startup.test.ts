// The configurations of the part about start-up are accepted and different from each other, and its tables say what is measured.

import { expect, test } from "vitest";
import { releaseModule } from "../count/measure.ts";
import { open } from "../shapes/drive.ts";
import { PROFILE_COUNTS, withProfiles } from "./configurations.ts";
import { envoyCells } from "./record.ts";

interface Configuration {
  profiles: Record<string, object>;
  rules: { profile: string }[];
}

test.each(PROFILE_COUNTS)(
  "%d profiles are configured, each by a name of its own",
  async (count) => {
    const configurations = withProfiles(count) as Configuration[];
    const names = configurations.flatMap(({ profiles }) => Object.keys(profiles));
    expect(new Set(names).size).toBe(count);
    expect(configurations.flatMap(({ rules }) => rules.map(({ profile }) => profile))).toEqual(
      names,
    );
    const [first, ...others] = configurations;
    const { host } = open(await releaseModule(), first ?? {});
    for (const configuration of others) {
      const root = host.addRoot(configuration);
      expect(root.ok, JSON.stringify(root.logs)).toBe(true);
    }
  },
);

test("an Envoy with the filter is told beside the one without that has as many workers", () => {
  const start = { readyMs: 100, residentMiB: 50 };
  const rows = envoyCells([
    { ...start, workers: 1, profiles: 0, cpuMs: 100 },
    { ...start, workers: 1, profiles: 1, cpuMs: 140, residentMiB: 61.5 },
    { ...start, workers: 2, profiles: 0, cpuMs: 110 },
    { ...start, workers: 2, profiles: 1000, cpuMs: 190 },
  ]);
  expect(rows[1]).toEqual(["none", "1", "100", "100", "", "50.0", ""]);
  expect(rows[2]).toEqual(["1 profile", "1", "100", "140", "40", "61.5", "11.5"]);
  expect(rows[4]).toEqual(["1000 profiles", "2", "100", "190", "80", "50.0", "0.0"]);
});

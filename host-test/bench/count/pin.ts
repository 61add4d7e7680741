// `npm run bench:pin`: writes what this build executes for each shape as what the guard expects from now on, and says what
// has changed.

import { readFile, writeFile } from "node:fs/promises";
import { counting } from "./instrument.ts";
import { coreConfiguration, pinsOf, PINS_FILE, releaseModule, type Counts } from "./measure.ts";

const old = JSON.parse(await readFile(PINS_FILE, "utf8").catch(() => "{}")) as Record<
  string,
  Counts
>;
const pins = pinsOf(counting(await releaseModule()), await coreConfiguration());
for (const [shape, { operators, hostCalls, memoryKiB }] of Object.entries(pins)) {
  const was = old[shape];
  const change = was === undefined ? "new" : percent(operators / was.operators - 1);
  console.log(
    `${shape}: ${operators} operators (${change}), ${hostCalls} host calls, ${memoryKiB} KiB`,
  );
}
await writeFile(PINS_FILE, `${JSON.stringify(pins, null, 2)}\n`);

function percent(part: number): string {
  return `${part < 0 ? "" : "+"}${(part * 100).toFixed(1)} %`;
}

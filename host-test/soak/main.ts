/**
 * The soak. Usage: `npx tsx host-test/soak/main.ts [--count N] [--seed S]`. Prints the size of the module's memory as it
 * goes, then the peak of large bodies; exit 1 when the memory grows after the warm-up.
 */
import { parseArgs } from "node:util";
import { Random } from "../fuzz/random.ts";
import { open } from "../lifecycle/support.ts";
import { largeAnswer, largeCall, largeHistory, largeText } from "./large.ts";
import { Traffic } from "./traffic.ts";

const KIB = 1024;
const MIB = KIB * KIB;
const LINES = 10;

const { values } = parseArgs({
  options: { count: { type: "string", default: "200000" }, seed: { type: "string", default: "1" } },
});
const count = Number(values.count);

const bench = open(undefined, { bufferLimit: 64 * MIB, leakCheck: false });
const traffic = new Traffic(bench, new Random(Number(values.seed), 0));
const quiet = bench.host.liveBytes() as number;
traffic.warmUp();
const warm = bench.host.memoryBytes;
for (let done = 1; done <= count; done++) {
  traffic.step();
  if (done % Math.ceil(count / LINES) === 0) {
    const live = (bench.host.liveBytes() as number) - quiet;
    console.log(
      `soak: ${done} requests, memory ${bench.host.memoryBytes / KIB} KiB, live ${live} bytes`,
    );
  }
}
traffic.finish();
const left = (bench.host.liveBytes() as number) - quiet;
const grown = bench.host.memoryBytes - warm;
console.log(`soak: grown by ${grown} bytes after the warm-up, ${left} bytes left allocated`);

for (const [name, measure] of Object.entries({ largeText, largeHistory, largeAnswer, largeCall })) {
  const ratios = [1, 2, 4, 8, 16, 32].map((mebibytes) => measure(mebibytes).ratio.toFixed(2));
  console.log(
    `soak: ${name} of 1, 2, 4, 8, 16, 32 MiB: memory ${ratios.join(", ")} times the body`,
  );
}
process.exitCode = grown > 0 || left !== 0 ? 1 : 0;

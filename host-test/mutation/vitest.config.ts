/** How the tests are run against one fault: in one process, in the order of `suites.ts`, to the first failure. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type Reporter, type TestSpecification } from "vitest/node";
import { inOrder, isIn, type Stage } from "./suites.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STAGE = (process.env["MUTATION_STAGE"] ?? "short") as Stage;
const SOURCE = process.env["MUTATION_SOURCE"] ?? "";

const below = ({ moduleId }: { moduleId: string }): string => relative(ROOT, moduleId);

class Order extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const chosen = files.filter((file) => isIn(STAGE, below(file)));
    return Promise.resolve(chosen.sort((a, b) => inOrder(SOURCE, below(a), below(b))));
  }
}

/** A sign of life for each test, and the name of the file that failed. */
const pulse: Reporter = {
  onTestCaseResult(test) {
    const { state, errors } = test.result();
    const told = `\nfailed ${below(test.module)} ${test.fullName}\n${errors?.[0]?.message ?? ""}\n`;
    process.stdout.write(state === "failed" ? told : ".");
  },
  onTestModuleEnd(module) {
    if (module.state() === "failed") process.stdout.write(`\nfailed ${below(module)}\n`);
  },
};

export default defineConfig({
  root: ROOT,
  test: {
    include: ["host-test/**/*.test.ts"],
    exclude: ["**/*.long.test.ts", "**/node_modules/**"],
    bail: 1,
    isolate: false,
    maxWorkers: 1,
    reporters: [pulse],
    sequence: { sequencer: Order },
    // What runs on is stopped from outside; a test that is slow is not wrong.
    testTimeout: 900_000,
  },
});

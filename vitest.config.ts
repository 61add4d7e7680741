import { defineConfig } from "vitest/config";

const LONG = ["host-test/**/*.long.test.ts", "host-test/long/**/*.test.ts"];

export default defineConfig({
  test: {
    // The machine that runs the checks has two cores, and e2e tests start an Envoy each.
    maxWorkers: 2,
    allowOnly: false,
    projects: [
      {
        test: {
          name: "unit",
          include: ["host-test/**/*.test.ts", "playground/test/**/*.test.ts"],
          exclude: [...LONG, "**/node_modules/**"],
          setupFiles: ["host-test/support/property_seed.ts"],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["envoy/e2e/**/*.test.ts", "apisix/e2e/**/*.test.ts"],
          exclude: ["envoy/e2e/**/*.long.test.ts", "**/node_modules/**"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "page",
          include: ["playground/page/**/*.test.ts"],
          globalSetup: ["playground/page/setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "long",
          include: [...LONG, "envoy/e2e/**/*.long.test.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});

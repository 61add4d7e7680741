/**
 * Two worlds: `plugin/` is AssemblyScript, so only syntactic rules mean anything there; everything else is TypeScript
 * or plain modules with the recommended rules. Import directions are checked by scripts/check-layers.mjs.
 */
import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** @type {import("eslint").Linter.RulesRecord} */
const SIZE = {
  // A whole dispatch switch counts as one.
  complexity: ["error", { max: 12, variant: "modified" }],
  "max-depth": ["error", 3],
  "max-lines": ["error", { max: 400 }],
  "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
  "max-params": ["error", 5],
};

const RAW_MEMORY = "load|store|changetype";
const NO_EXCEPTIONS = [
  { selector: "TryStatement", message: "AssemblyScript has no try: return a status." },
  { selector: "ThrowStatement", message: "A throw ends the VM: return a status." },
];
const NO_RAW_MEMORY = [
  {
    selector: `CallExpression[callee.name=/^(${RAW_MEMORY})$/]`,
    message: "Raw memory access belongs to the engines, abi/ and filter/registry.ts.",
  },
  {
    selector: "MemberExpression[object.name=/^(memory|heap)$/]",
    message: "Raw memory access belongs to the engines, abi/ and filter/registry.ts.",
  },
];
const HABITS = [
  {
    selector: ":matches(FunctionDeclaration, VariableDeclaration, TSDeclareFunction) > Decorator",
    message: "Decorators stand on classes and members only, or no stock tool reads the file.",
  },
  {
    selector: "TSAsExpression > TSAnyKeyword",
    message: "`as any` hides what the compiler would say.",
  },
];

export default tseslint.config(
  {
    ignores: [
      "build/",
      ".envoy/",
      "coverage/",
      "host-test/fixtures/",
      "host-test/bench/identity.ts",
      "host-test/bench/header_edits.ts",
      "host-test/bench/floor.ts",
      "host-test/soak/counting.ts",
    ],
  },
  {
    files: ["plugin/**/*.ts"],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: "off" },
    rules: {
      ...SIZE,
      "default-case": "error",
      "no-fallthrough": "error",
      "no-var": "error",
      "no-restricted-syntax": ["error", ...HABITS, ...NO_EXCEPTIONS, ...NO_RAW_MEMORY],
    },
  },
  {
    files: ["plugin/{bytes,json,sse,eventstream,frame}/**/*.ts", "plugin/filter/registry.ts"],
    rules: { "no-restricted-syntax": ["error", ...HABITS, ...NO_EXCEPTIONS] },
  },
  {
    files: ["plugin/abi/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...HABITS] },
  },
  {
    // Writer, records, plan and facts go through every function that writes a request.
    files: ["plugin/translate/**/*.ts", "plugin/wire/**/*.ts"],
    rules: { "max-params": ["error", 7] },
  },
  {
    // The ABI sets these signatures.
    files: ["plugin/abi/env.ts"],
    rules: { "max-params": "off" },
  },
  {
    // Generated, as long as its table.
    files: ["plugin/bytes/literals.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["plugin/probe*.ts"],
    rules: { "no-restricted-syntax": ["error", ...HABITS, ...NO_EXCEPTIONS], "max-lines": "off" },
  },
  {
    files: [
      "cli/**/*.ts",
      "host/**/*.ts",
      "host-test/**/*.ts",
      "envoy/**/*.ts",
      "apisix/**/*.ts",
      "playground/**/*.ts",
      "docs/.vitepress/**/*.ts",
      "*.ts",
    ],
    extends: [js.configs.recommended, ...tseslint.configs.recommended],
    rules: { ...SIZE, "no-undef": "off" },
  },
  {
    files: ["scripts/**/*.mjs", "*.mjs"],
    extends: [js.configs.recommended],
    rules: { ...SIZE, "no-undef": "off" },
  },
  {
    // A `describe` block is as long as its cases.
    files: ["**/*.test.ts"],
    rules: { "max-lines-per-function": "off" },
  },
);

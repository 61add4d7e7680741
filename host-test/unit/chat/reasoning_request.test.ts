/**
 * Reasoning parameters against what models take: numbers at their limits, and rules of the API that no mixture of a
 * client's wishes may break. Whole bodies are in the golden cases. Source: docs/chat.md, "Reasoning".
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Filter, HELLO } from "../../support/filter.ts";

interface Sent {
  max_tokens: number;
  thinking?: { type: string; budget_tokens?: number; display?: string };
  output_config?: { effort?: string };
  temperature?: number;
  top_p?: number;
  top_k?: number;
  tool_choice?: { type: string };
}

const filter = Filter.load();

/** What goes upstream for wishes, or the client's error. */
function send(wishes: object): { status: number; sent: Sent | undefined; param: unknown } {
  const { client, upstream } = filter.chat({ ...HELLO, ...wishes });
  const status = client.status ?? 0;
  if (status === 200) return { status, sent: upstream.json() as Sent, param: undefined };
  const { error } = client.json() as { error: { param: unknown } };
  return { status, sent: undefined, param: error.param };
}

const BUDGET_MODEL = "claude-sonnet-4-5";
const BOTH_MODEL = "claude-opus-4-6";
const ADAPTIVE_MODEL = "claude-opus-4-8";
const BESIDE_MODEL = "claude-opus-4-5";
const PREVIEW_MODEL = "claude-mythos-preview";

describe("a budget from an effort", () => {
  test.each([
    ["minimal", 1049],
    ["low", 1174],
    ["medium", 1449],
    ["high", 1824],
    ["xhigh", 1924],
    ["max", 1974],
  ])("%s is its share of what max_tokens has above the least: %i", (effort, budget) => {
    const { sent } = send({ model: BUDGET_MODEL, max_tokens: 2024, reasoning_effort: effort });
    expect(sent?.thinking).toEqual({ type: "enabled", budget_tokens: budget });
  });

  test.each([
    [1024, undefined],
    [1025, 1024],
    [39_744, 32_000],
    [39_742, 31_998],
    [39_746, 32_000],
  ])("beside max_tokens %i it is %s", (max_tokens, budget) => {
    const { sent } = send({ model: BUDGET_MODEL, max_tokens, reasoning_effort: "high" });
    expect(sent?.thinking?.budget_tokens).toBe(budget);
    expect(sent?.max_tokens).toBe(max_tokens);
  });
});

describe("an effort from a budget", () => {
  test.each([
    [1024, "low"],
    [4095, "low"],
    [4096, "medium"],
    [16_383, "medium"],
    [16_384, "high"],
    [4_294_967_296, "high"],
  ])("%i is %s", (max_tokens, effort) => {
    const { sent } = send({ model: ADAPTIVE_MODEL, reasoning: { max_tokens } });
    expect(sent?.output_config?.effort).toBe(effort);
  });
});

describe("an effort that a model does not have", () => {
  test.each([
    [BESIDE_MODEL, "max", "high"],
    [BESIDE_MODEL, "medium", "medium"],
    [BOTH_MODEL, "xhigh", "high"],
    [BOTH_MODEL, "max", "max"],
    [ADAPTIVE_MODEL, "minimal", "low"],
    [ADAPTIVE_MODEL, "max", "max"],
    [PREVIEW_MODEL, "xhigh", "high"],
  ])("%s gets for %s: %s", (model, asked, effort) => {
    expect(send({ model, reasoning_effort: asked }).sent?.output_config?.effort).toBe(effort);
  });
});

describe("room for a budget", () => {
  test.each([
    [2048, 2049, 2048],
    [2048, 2048, 2047],
    [2048, 1025, 1024],
  ])("%i beside max_tokens %i becomes %i", (budget, max_tokens, sentBudget) => {
    const { sent } = send({ model: BUDGET_MODEL, max_tokens, reasoning: { max_tokens: budget } });
    expect(sent?.thinking?.budget_tokens).toBe(sentBudget);
  });

  test("without room the client learns which parameter it was", () => {
    const wishes = { model: BUDGET_MODEL, max_tokens: 1024, reasoning: { max_tokens: 2048 } };
    expect(send(wishes)).toMatchObject({ status: 400, param: "reasoning.max_tokens" });
  });

  test("a max_tokens of ours is raised up to the model's maximum, and the budget stays below it", () => {
    const { sent } = send({ model: BUDGET_MODEL, reasoning: { max_tokens: 100_000 } });
    expect(sent?.max_tokens).toBe(64_000);
    expect(sent?.thinking?.budget_tokens).toBe(63_999);
  });
});

describe("wishes that are mistakes", () => {
  test.each([
    [{ reasoning_effort: "" }, "reasoning_effort"],
    [{ reasoning_effort: 3 }, "reasoning_effort"],
    [{ reasoning: { effort: "HIGH" } }, "reasoning.effort"],
    [{ reasoning: { effort: true } }, "reasoning.effort"],
    [{ reasoning: { max_tokens: "2048" } }, "reasoning.max_tokens"],
    [{ reasoning: { max_tokens: 2048.5 } }, "reasoning.max_tokens"],
    [{ reasoning: { max_tokens: 0 } }, "reasoning.max_tokens"],
    [{ reasoning: { max_tokens: -2 } }, "reasoning.max_tokens"],
    [{ reasoning: { enabled: "yes" } }, "reasoning.enabled"],
    [{ reasoning: { exclude: 1 } }, "reasoning.exclude"],
    [{ reasoning: [] }, "reasoning"],
    [{ thinking: "enabled" }, "thinking"],
    [{ extra_params: { thinking: true } }, "thinking"],
  ])("%j is a 400 at %s", (wishes, param) => {
    expect(send(wishes)).toMatchObject({ status: 400, param });
  });
});

const MODELS = {
  none: ["claude-3-5-haiku"],
  budget: ["claude-3-7-sonnet", "claude-sonnet-4", BUDGET_MODEL, BESIDE_MODEL],
  both: [BOTH_MODEL, "claude-sonnet-4-6"],
  adaptive: [
    "claude-opus-4-7",
    ADAPTIVE_MODEL,
    "claude-sonnet-5",
    "claude-opus-5-5",
    "my-deployment",
  ],
};
const NO_STOPPING = ["claude-opus-5-5"];

const effort = fc.constantFrom("none", "minimal", "low", "medium", "high", "xhigh", "max");
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null });
const wishes = fc.record({
  model: fc.constantFrom(...Object.values(MODELS).flat()),
  max_tokens: maybe(fc.constantFrom(1, 1024, 1025, 3000, 40_000)),
  reasoning_effort: maybe(effort),
  reasoning: maybe(
    fc.record({
      effort: maybe(effort),
      max_tokens: maybe(fc.constantFrom(-1, 1024, 2048, 50_000)),
      enabled: maybe(fc.boolean()),
      exclude: maybe(fc.boolean()),
    }),
  ),
  temperature: maybe(fc.constantFrom(0, 0.5, 1)),
  top_p: maybe(fc.constantFrom(0.5, 0.95, 1)),
  top_k: maybe(fc.constant(5)),
  tool_choice: maybe(fc.constantFrom("auto", "required")),
  tools: fc.constant([{ type: "function", function: { name: "f" } }]),
});

const isOn = ({ thinking }: Sent): boolean =>
  thinking?.type === "enabled" || thinking?.type === "adaptive";
const isForced = ({ tool_choice }: Sent): boolean =>
  tool_choice?.type === "any" || tool_choice?.type === "tool";
const hasType = ({ thinking }: Sent, type: string): boolean => thinking?.type === type;
const NO_EFFORT = ["claude-3-7-sonnet", "claude-sonnet-4", BUDGET_MODEL, ...MODELS.none];

/** What has to hold for a request whose wishes were all OpenAI's; anything else the API answers with 400. */
const RULES: Record<string, (sent: Sent, model: string) => boolean> = {
  "models without thinking get none": ({ thinking }, model) =>
    !MODELS.none.includes(model) || thinking === undefined,
  "no adaptive where only budgets are known": (sent, model) =>
    !MODELS.budget.includes(model) || !hasType(sent, "adaptive"),
  "no enabled where only adaptive is known": (sent, model) =>
    !MODELS.adaptive.includes(model) || !hasType(sent, "enabled"),
  "no disabled where thinking cannot be stopped": (sent, model) =>
    !NO_STOPPING.includes(model) || !hasType(sent, "disabled"),
  "a budget is at least 1024": ({ thinking }) => (thinking?.budget_tokens ?? 1024) >= 1024,
  "a budget is below max_tokens": ({ thinking, max_tokens }) =>
    (thinking?.budget_tokens ?? 0) < max_tokens,
  "enabled has a budget, nothing else has": (sent) =>
    hasType(sent, "enabled") === (sent.thinking?.budget_tokens !== undefined),
  "no forced call while thinking": (sent) => !isOn(sent) || !isForced(sent),
  "no top_k while thinking": (sent) => !isOn(sent) || sent.top_k === undefined,
  "no temperature but 1 while thinking": (sent) => !isOn(sent) || (sent.temperature ?? 1) === 1,
  "no top_p below 0.95 while thinking": (sent) => !isOn(sent) || (sent.top_p ?? 1) >= 0.95,
  "an effort only where it is known": ({ output_config }, model) =>
    !NO_EFFORT.includes(model) || output_config === undefined,
};

function broken(model: string, sent: Sent): string[] {
  return Object.entries(RULES).flatMap(([rule, holds]) => (holds(sent, model) ? [] : [rule]));
}

test("no mixture of wishes becomes a request that the API refuses", () => {
  fc.assert(
    fc.property(wishes, (mixture) => {
      const { status, sent, param } = send(mixture);
      if (sent === undefined) {
        // The only mixture that cannot be served: a budget without room.
        expect({ status, param }).toEqual({ status: 400, param: "reasoning.max_tokens" });
      } else expect(broken(mixture.model, sent)).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

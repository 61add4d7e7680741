import { expect, it } from "vitest";
import type { Row } from "./ledger.ts";
import { lastLine, reportOf } from "./report.ts";

const row = (operator: string, verdict: Row["verdict"]): Row => ({
  file: "plugin/f.ts",
  line: 3,
  was: "a",
  becomes: "b",
  operator,
  verdict,
  by: "",
  start: 7,
  source: "",
});

it("counts what is a fault, by operator, and names what was not caught", () => {
  const verdicts = ["caught", "stuck", "survived", "open", "invalid"] as const;
  const report = reportOf(
    7,
    2,
    verdicts.map((verdict, index) => row(index % 2 === 0 ? "span" : "bound", verdict)),
  );
  const survivor = { file: "plugin/f.ts", line: 3, was: "a", becomes: "b" };
  expect(report).toEqual({
    drawn: 7,
    unchanged: 2,
    invalid: 1,
    faults: 4,
    caught: 2,
    operators: { bound: { faults: 2, caught: 1 }, span: { faults: 2, caught: 1 } },
    survivors: [survivor, survivor],
  });
  expect(lastLine(report)).toBe(
    "2 of 4 faults caught (50.0 %); of 7 chosen, 2 change nothing, 1 do not compile",
  );
});

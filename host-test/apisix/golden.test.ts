/**
 * All golden cases in nginx with the companion plugin: the same bytes on both sides. Where the status or the headers follow the body,
 * which nothing holds here, a sibling file says what the client gets instead (docs/apisix.md, "What differs").
 */
import { describe, expect, test } from "vitest";
import {
  EXPECTED,
  goldenCases,
  outputsOf,
  readCaseFile,
  runCase,
  SURFACES,
  type GoldenCase,
} from "../golden/case.ts";
import { comparable, expectedInNginx, siblingOf } from "../golden/siblings.ts";

/** Cases with siblings: an error that only the body tells, and what only the body's headers could have told. */
const BY_NATURE = [
  "chat answer-200-error",
  "chat answer-200-foreign",
  "chat answer-as-stream-error",
  "chat answer-type-of-seven",
  "chat error-escaped-words",
  "chat error-request-id-in-body",
  "chat stream-error-first",
  "native bedrock-exception-first",
  "responses count-no-count",
  "responses stream-error-first",
];

function check(golden: GoldenCase): void {
  const outputs = outputsOf(runCase(golden, "apisix"));
  for (const file of EXPECTED) {
    const expected = comparable(file, expectedInNginx(golden, file));
    expect(comparable(file, outputs[file]), file).toBe(expected);
  }
}

describe.each(SURFACES)("apisix golden: %s", (surface) => {
  test.each(goldenCases(surface))("$name", (golden) => check(golden));
});

test("there are siblings where the body alone knows, and nowhere else", () => {
  const found = SURFACES.flatMap((surface) => goldenCases(surface))
    .filter((golden) =>
      EXPECTED.some((file) => readCaseFile(golden, siblingOf(file)) !== undefined),
    )
    .map(({ surface, name }) => `${surface} ${name}`);
  expect(found.sort()).toEqual(BY_NATURE);
});

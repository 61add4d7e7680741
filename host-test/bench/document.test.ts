// Tables in Markdown, and their place in a document.

import { expect, test } from "vitest";
import { markdownOf, withTable } from "./document.ts";

test("Markdown has figures to the right", () => {
  expect(
    markdownOf([
      ["a", "b", "c"],
      ["1", "2", "3"],
    ]),
  ).toBe("| a | b | c |\n| --- | --- | --: |\n| 1 | 2 | 3 |");
});

test("the table takes the place of the one before and leaves the rest of the document alone", () => {
  const before = "x\n\n<!-- p: by me -->\n\nold\n\n<!-- end of p -->\n\ny\n";
  const after = withTable(before, "p", "new");
  expect(after).toBe("x\n\n<!-- p: by me -->\n\nnew\n\n<!-- end of p -->\n\ny\n");
  expect(withTable(after, "p", "new")).toBe(after);
  expect(() => withTable("x", "p", "new")).toThrow("no place for p");
});

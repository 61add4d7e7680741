import { describe, expect, test } from "vitest";
import { anchorProblems, anchorsOf, documentProblems } from "../../scripts/check-docs.mjs";

describe("what documents promise", () => {
  test("anchors are made of headings, not of comments in code", () => {
    const text = "# A title\n\n```sh\n# no heading\n```\n\n## `max_tokens`, and more: 3\n";
    expect([...anchorsOf(text)]).toEqual(["a-title", "max_tokens-and-more-3"]);
  });

  test("a link to a section that is not there is a problem, in the same document and in another", () => {
    const text =
      "# One\n\n[a](#one) [b](#two)\n[c](other.md#there) [d](other.md#gone) [e](none.md#x)\n";
    const read = (path: string): string | undefined =>
      ({ "docs/one.md": text, "docs/other.md": "## There\n" })[path];
    expect(anchorProblems("docs/one.md", text, read)).toEqual([
      "docs/one.md:3: docs/one.md has no section #two",
      "docs/one.md:4: docs/other.md has no section #gone",
    ]);
  });

  test("a path that is not there is a problem", () => {
    const text = "[a](there.md) [b](gone.md) `docs/gone.md` `docs/*.md`";
    expect(documentProblems("docs/one.md", text, (path) => path === "docs/there.md")).toEqual([
      "docs/one.md:1: docs/gone.md does not exist",
      "docs/one.md:1: docs/gone.md does not exist",
    ]);
  });
});

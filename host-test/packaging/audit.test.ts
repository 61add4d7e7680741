/** What the audit of dependencies lets pass, what it tells, and what it fails on. */
import { describe, expect, test } from "vitest";
import { auditFindings, installedProblems } from "../../scripts/check-audit.mjs";

const LOCK = {
  packages: { "": {}, "node_modules/a": { dev: true }, "node_modules/b": { devOptional: true } },
};

describe("what is installed with the package", () => {
  test("is nothing, when all is for development", () => {
    expect(installedProblems({ devDependencies: { a: "1.0.0" } }, LOCK)).toEqual([]);
  });

  test.each(["dependencies", "optionalDependencies", "peerDependencies", "bundleDependencies"])(
    "is what %s names",
    (member) => {
      expect(installedProblems({ [member]: { x: "1.0.0" } }, LOCK)).toEqual([
        `package.json has x in ${member}`,
      ]);
    },
  );

  test("is what the lock file has for more than development", () => {
    const packages = { ...LOCK.packages, "node_modules/x": {} };
    expect(installedProblems({}, { packages })).toEqual([
      "package-lock.json has node_modules/x, which is not for development only",
    ]);
  });
});

describe("an audit", () => {
  const isShipped = (name: string): boolean => name === "yaml";

  test("without advisories has no problem and nothing to tell", () => {
    expect(auditFindings({ vulnerabilities: {} }, isShipped)).toEqual({ problems: [], notes: [] });
  });

  test("fails on an advisory about shipped code, of any severity, and tells those about tools", () => {
    const vulnerabilities = { yaml: { severity: "low" }, vite: { severity: "critical" } };
    const { problems, notes } = auditFindings({ vulnerabilities }, isShipped);
    expect(problems).toEqual(["yaml: an advisory of severity low, and it is shipped"]);
    expect(notes).toEqual(["vite: an advisory of severity critical, a tool"]);
  });

  test.each([404, 405, 410, 501])("of a registry without advisories (%d) is told", (statusCode) => {
    const { problems, notes } = auditFindings({ statusCode, message: "x" }, isShipped);
    expect(problems).toEqual([]);
    expect(notes).toEqual([`the registry has no advisories to ask for (${statusCode})`]);
  });

  test.each([401, 403, 429, 500, 503, undefined])("that cannot ask (%s) fails", (statusCode) => {
    const answer = { message: "why", ...(statusCode !== undefined && { statusCode }) };
    expect(auditFindings(answer, isShipped)).toEqual({
      problems: ["npm audit could not ask: why"],
      notes: [],
    });
  });
});

/** Which user ids are hashed: those that the API refuses, and no others. Source: docs/chat.md, "metadata.user_id". */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Filter, HELLO } from "../../support/filter.ts";

const filter = Filter.load();

function userId(user: string): unknown {
  const { upstream } = filter.chat({ ...HELLO, user });
  return (upstream.json() as { metadata?: { user_id: string } }).metadata?.user_id;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("user", () => {
  test.each(["a@b.c", "jane.doe+x@mail.example.com", "ü@ö.de", 'a"b@c.de', "a@b..", "a@b.c."])(
    "%s is an e-mail address",
    (user) => expect(userId(user)).toBe(hash(user)),
  );

  test.each([
    "a@b",
    "@b.c",
    "a@.c",
    "a@b.",
    "a@b@c.de",
    "a b@c.de",
    "a@b.c\n",
    "\ta@b.c",
    "a.b",
    "@",
    "4711",
    "Jane Doe",
    "x".repeat(256),
    "😀".repeat(256),
  ])("%j is not", (user) => expect(userId(user)).toBe(user));

  test.each(["x".repeat(257), "😀".repeat(257)])("a longer one is hashed", (user) =>
    expect(userId(user)).toBe(hash(user)),
  );

  test("an empty one is none", () => expect(userId("")).toBeUndefined());
});

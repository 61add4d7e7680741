import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BAD, ENVIRONMENT, GOOD } from "./cases.ts";
import { ConfigProbe } from "./config_probe.ts";

const reader = new ConfigProbe();
const texts = [...GOOD, ...BAD].map(([, document]) =>
  typeof document === "string" ? document : JSON.stringify(document),
);

/** A verdict whose two halves agree; a trap would throw. */
function verdict(bytes: Uint8Array, probe = reader): boolean {
  const { accepted, errors } = probe.read(bytes, ENVIRONMENT);
  expect(accepted).toBe(errors.length === 0);
  return accepted;
}

describe("the reader never traps", () => {
  it("on arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void verdict(bytes)),
      { numRuns: 3000 },
    );
  });

  it("on configurations with bytes changed, cut out and put in", () => {
    const change = fc.tuple(fc.nat(), fc.nat(8), fc.uint8Array({ maxLength: 8 }));
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (text, changes) => {
          let bytes = [...Buffer.from(text)];
          for (const [at, cut, more] of changes) {
            const from = at % (bytes.length + 1);
            bytes = [...bytes.slice(0, from), ...more, ...bytes.slice(from + cut)];
          }
          verdict(new Uint8Array(bytes));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it("on every beginning of a configuration", () => {
    for (const text of texts) {
      const bytes = Buffer.from(text.trimEnd());
      for (let length = 0; length < bytes.length; length++) {
        expect(verdict(new Uint8Array(bytes.subarray(0, length)))).toBe(false);
      }
    }
  });

  it("on arbitrary environments", () => {
    const document = {
      version: 1,
      profile: { auth: { mode: "keys", keys: [{ name: "k", env: "KEY" }] } },
    };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (environment) => {
        const { accepted, errors } = reader.read(document, environment);
        expect(accepted).toBe(errors.length === 0);
      }),
    );
  });
});

describe("memory", () => {
  it("is given back, whatever the verdict", () => {
    const once = () => {
      for (const text of texts) reader.read(text, ENVIRONMENT);
    };
    once();
    const { pages } = reader.probe;
    const live = reader.probe.exports.liveBytes!();
    for (let round = 0; round < 20; round++) once();
    expect(reader.probe.exports.liveBytes!()).toBe(live);
    expect(reader.probe.pages).toBe(pages);
  });

  it("that runs out is an error and no trap", () => {
    const aliases = Object.fromEntries(
      Array.from({ length: 1024 }, (_, at) => [`name-${at}`, "x".repeat(200)]),
    );
    const escaped = "\n".repeat(200);
    const own = { models: { aliases: { other: "y" }, default: escaped, deny: [escaped] } };
    const profiles = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`p${at}`, own]));
    const document = { version: 1, defaults: { models: { aliases } }, profiles };
    const { pages } = new ConfigProbe().probe;
    const outcomes = new Set<string>();
    for (let more = 0; more < 48; more += 4) {
      const small = new ConfigProbe(pages + 8 + more);
      const { accepted, errors } = small.read(document);
      outcomes.add(accepted ? "accepted" : errors.join("\n"));
      if (!accepted) continue;
      const { modelDefault, deny } = small.parse(document).profiles[63]!;
      expect([modelDefault, deny]).toEqual([escaped, [escaped]]);
    }
    expect([...outcomes].sort()).toEqual([
      "$: out of memory while reading the configuration",
      "accepted",
    ]);
  });

  it("that runs out while a text is taken over is noticed", () => {
    const target = "\\/".repeat(2048);
    const entries = Array.from({ length: 20 }, (_, at) => `"name-${at}":"${target}"`);
    const text = `{"version":1,"profile":{"models":{"aliases":{${entries.join(",")}}}}}`;
    const { pages } = new ConfigProbe().probe;
    const outcomes = new Set<string>();
    for (let more = 4; more < 14; more++) {
      const small = new ConfigProbe(pages + more);
      const { accepted, errors } = small.read(text);
      outcomes.add(errors.join("\n"));
      if (!accepted) continue;
      const aliases = small.parse(text).profiles[0]!.aliases as Record<string, string>;
      expect(Object.values(aliases)).toEqual(entries.map(() => "/".repeat(2048)));
    }
    expect([...outcomes].sort()).toEqual(["", "$: out of memory while reading the configuration"]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../support/probe.ts";
import { ConfigProbe } from "../config/config_probe.ts";

const reader = new ConfigProbe();

interface Ask {
  stream?: boolean;
  path?: Path;
  query?: string;
}

const PATHS = [
  "messages",
  "messages_stream",
  "count_tokens",
  "complete",
  "batches",
  "files",
  "models",
] as const;
type Path = (typeof PATHS)[number];

/** Where things go, by name of the bit in plugin/probe_providers.ts. */
const PLACES = [
  "modelInBody",
  "modelInCount",
  "streamInBody",
  "versionInBody",
  "betasInBody",
  "eventStream",
  "pathNeedsBody",
];

const withUpstream = <T>(provider: object, look: (upstream: number) => T): T =>
  reader.withConfig({ version: 1, profile: { provider } }, (config) =>
    look(reader.probe.exports.upstreamOf!(config, 0) >>> 0),
  );

/** The path that the upstream of a profile has; "": none. */
function pathOf(provider: object, model: string, { stream, path, query = "" }: Ask = {}): string {
  const { probe } = reader;
  const which = PATHS.indexOf(path ?? (stream ? "messages_stream" : "messages"));
  return withUpstream(provider, (upstream) => {
    const name = utf8(model);
    const bytes = Buffer.concat([name, utf8(query)]);
    const ptr = probe.put(bytes);
    probe.exports.upstreamPath!(upstream, which, ptr, name.length, bytes.length - name.length);
    const text = probe.utf8(probe.exports.upstreamPathPtr!(), probe.exports.upstreamPathLen!());
    probe.drop(ptr, bytes.length);
    return text;
  });
}

const places = (provider: object) =>
  withUpstream(provider, (upstream) => {
    const bits = reader.probe.exports.upstreamPlaces!(upstream);
    return PLACES.filter((_name, at) => (bits & (1 << at)) !== 0);
  });

const textOf = (provider: object, field: number) =>
  withUpstream(provider, (upstream) =>
    reader.probe.utf8(
      reader.probe.exports.upstreamTextPtr!(upstream, field),
      reader.probe.exports.upstreamTextLen!(upstream, field),
    ),
  );
const version = (provider: object) => textOf(provider, 0);
const authority = (provider: object) => textOf({ ...provider, set_authority: true }, 1);

const VERTEX = { type: "vertex", project: "p-1", region: "us-east5" };
const BEDROCK = { type: "bedrock", region: "us-east-1" };
const SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const PUBLISHER = "/v1/projects/p-1/locations/us-east5/publishers/anthropic/models";

describe("the path of a message", () => {
  it.each<[string, object, string, string, string]>([
    ["anthropic", { type: "anthropic" }, "claude-x", "/v1/messages", "/v1/messages"],
    [
      "azure",
      { type: "azure", resource: "res" },
      "my deployment",
      "/anthropic/v1/messages",
      "/anthropic/v1/messages",
    ],
    [
      "vertex",
      VERTEX,
      "claude-sonnet-4-5@20250929",
      `${PUBLISHER}/claude-sonnet-4-5@20250929:rawPredict`,
      `${PUBLISHER}/claude-sonnet-4-5@20250929:streamRawPredict`,
    ],
    [
      "bedrock invoke",
      BEDROCK,
      SONNET,
      "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke",
      "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream",
    ],
    [
      "bedrock messages",
      { ...BEDROCK, surface: "messages" },
      SONNET,
      "/anthropic/v1/messages",
      "/anthropic/v1/messages",
    ],
    [
      "bedrock mantle",
      { ...BEDROCK, surface: "mantle" },
      SONNET,
      "/anthropic/v1/messages",
      "/anthropic/v1/messages",
    ],
    [
      "databricks",
      { type: "databricks" },
      "databricks-claude-opus-4-7",
      "/serving-endpoints/anthropic/v1/messages",
      "/serving-endpoints/anthropic/v1/messages",
    ],
    [
      "databricks ai_gateway",
      { type: "databricks", gateway: "ai_gateway" },
      "system.ai.claude-opus-4-7",
      "/ai-gateway/anthropic/v1/messages",
      "/ai-gateway/anthropic/v1/messages",
    ],
    ["custom", { type: "custom" }, "m", "/v1/messages", "/v1/messages"],
  ])("of %s, whole and streamed", (_name, provider, model, whole, streamed) => {
    expect(pathOf(provider, model)).toBe(whole);
    expect(pathOf(provider, model, { stream: true })).toBe(streamed);
    expect(pathOf({ ...provider, base_path: "/relay/x" }, model)).toBe(`/relay/x${whole}`);
  });

  it("of a custom upstream is what its paths say, streams where it answers whole", () => {
    const paths = { messages: "/m/{model}/run" };
    expect(pathOf({ type: "custom", paths }, "a/b c")).toBe("/m/a%2Fb%20c/run");
    expect(pathOf({ type: "custom", paths }, "a", { stream: true })).toBe("/m/a/run");
    const both = { ...paths, messages_stream: "/m/{model}/watch" };
    expect(pathOf({ type: "custom", paths: both }, "a", { stream: true })).toBe("/m/a/watch");
    expect(pathOf({ type: "custom", paths }, "a", { path: "batches" })).toBe(
      "/v1/messages/batches",
    );
  });

  it("has the upstream's query, then the client's", () => {
    const custom = { type: "custom", query: "api-version=1" };
    expect(pathOf(custom, "m")).toBe("/v1/messages?api-version=1");
    expect(pathOf(custom, "m", { query: "beta=true" })).toBe(
      "/v1/messages?api-version=1&beta=true",
    );
    expect(pathOf({ type: "anthropic" }, "m", { query: "beta=true" })).toBe(
      "/v1/messages?beta=true",
    );
  });
});

describe("the other paths", () => {
  it.each<[string, object, Partial<Record<Path, string>>]>([
    [
      "anthropic",
      { type: "anthropic" },
      {
        count_tokens: "/v1/messages/count_tokens",
        complete: "/v1/complete",
        batches: "/v1/messages/batches",
        files: "/v1/files",
        models: "/v1/models",
      },
    ],
    [
      "azure",
      { type: "azure" },
      { count_tokens: "/anthropic/v1/messages/count_tokens", files: "/anthropic/v1/files" },
    ],
    ["vertex", VERTEX, { count_tokens: `${PUBLISHER}/count-tokens:rawPredict` }],
    [
      "bedrock",
      BEDROCK,
      { count_tokens: "/model/m%3A0/count-tokens", complete: "/model/m%3A0/invoke" },
    ],
    ["databricks", { type: "databricks" }, {}],
  ])("of %s; it has no others", (_name, provider, expected) => {
    for (const path of PATHS.slice(2)) {
      expect(pathOf(provider, "m:0", { path }), path).toBe(expected[path] ?? "");
    }
  });
});

describe("the name of a model in a path", () => {
  it.each([
    ["us.anthropic.claude-opus-4-6-v1", "us.anthropic.claude-opus-4-6-v1"],
    [
      "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2_c-3",
      "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aapplication-inference-profile%2Fa1b2_c-3",
    ],
    [
      "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-opus-20240229-v1:0",
      "arn%3Aaws%3Abedrock%3Aeu-west-1%3A%3Afoundation-model%2Fanthropic.claude-3-opus-20240229-v1%3A0",
    ],
    ["a%2Fb", "a%252Fb"],
    ["é?#", "%C3%A9%3F%23"],
  ])("of Bedrock: %s", (name, escaped) => {
    expect(pathOf(BEDROCK, name)).toBe(`/model/${escaped}/invoke`);
  });

  it("keeps on Vertex what a segment may hold", () => {
    expect(pathOf(VERTEX, "a@b:c/d?e")).toBe(`${PUBLISHER}/a@b:c%2Fd%3Fe:rawPredict`);
  });

  it("is one segment and comes back as it was, whatever it is", () => {
    const inPath = (provider: object, before: string, after: string) =>
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const path = pathOf(provider, name);
        const segment = path.slice(before.length, path.length - after.length);
        expect(path).toMatch(/^[!-~]*$/);
        expect(segment).not.toMatch(/[/?#]/);
        expect(decodeURIComponent(segment)).toBe(name);
      });
    fc.assert(inPath(BEDROCK, "/model/", "/invoke"));
    fc.assert(inPath(VERTEX, `${PUBLISHER}/`, ":rawPredict"));
  });

  it("fits unless it is empty, only dots, or above 2048 bytes", () => {
    const fits = (name: string) => {
      const bytes = utf8(name);
      const ptr = reader.probe.put(bytes);
      const answer = reader.probe.exports.modelFits!(ptr, bytes.length) !== 0;
      reader.probe.drop(ptr, bytes.length);
      return answer;
    };
    for (const name of ["a", "..a", "x".repeat(2048)]) expect(fits(name)).toBe(true);
    for (const name of ["", ".", "..", "....", "x".repeat(2049)]) expect(fits(name)).toBe(false);
  });
});

describe("where things go", () => {
  const header = ["modelInBody", "modelInCount", "streamInBody"];
  it.each<[string, object, string[]]>([
    ["anthropic", { type: "anthropic" }, header],
    ["azure", { type: "azure" }, header],
    ["vertex", VERTEX, ["modelInCount", "streamInBody", "versionInBody", "pathNeedsBody"]],
    ["bedrock", BEDROCK, ["versionInBody", "betasInBody", "eventStream", "pathNeedsBody"]],
    ["bedrock messages", { ...BEDROCK, surface: "messages" }, header],
    ["databricks", { type: "databricks" }, header],
    ["custom", { type: "custom" }, header],
    [
      "custom, everything elsewhere",
      {
        type: "custom",
        paths: { messages: "/{model}", messages_stream: "/{model}/s" },
        model_in: "path",
        stream_in: "path",
        version_in: "body",
        beta_in: "body",
        stream_framing: "aws_eventstream",
      },
      ["versionInBody", "betasInBody", "eventStream", "pathNeedsBody"],
    ],
    [
      "custom, in path and body",
      { type: "custom", paths: { messages: "/{model}" }, model_in: "body" },
      [...header, "pathNeedsBody"],
    ],
  ])("%s", (_name, provider, expected) => {
    expect(places(provider)).toEqual(expected);
  });
});

describe("the version", () => {
  it("is the route's, else the upstream's", () => {
    expect(version({ type: "anthropic" })).toBe("2023-06-01");
    expect(version(VERTEX)).toBe("vertex-2023-10-16");
    expect(version(BEDROCK)).toBe("bedrock-2023-05-31");
    expect(version({ ...BEDROCK, surface: "messages" })).toBe("2023-06-01");
    expect(version({ ...VERTEX, anthropic_version: "v" })).toBe("v");
  });
});

describe("the host for set_authority", () => {
  it.each<[object, string]>([
    [{ type: "anthropic" }, "api.anthropic.com"],
    [{ type: "anthropic", host: "relay:8443" }, "relay:8443"],
    [{ type: "azure", resource: "res" }, "res.services.ai.azure.com"],
    [VERTEX, "us-east5-aiplatform.googleapis.com"],
    [{ ...VERTEX, region: "global" }, "aiplatform.googleapis.com"],
    [{ ...VERTEX, region: "us" }, "aiplatform.us.rep.googleapis.com"],
    [{ ...VERTEX, region: "eu" }, "aiplatform.eu.rep.googleapis.com"],
    [BEDROCK, "bedrock-runtime.us-east-1.amazonaws.com"],
    [{ ...BEDROCK, surface: "mantle" }, "bedrock-mantle.us-east-1.api.aws"],
    [{ type: "databricks", host: "adb-1.azuredatabricks.net" }, "adb-1.azuredatabricks.net"],
  ])("%j", (provider, host) => {
    expect(authority(provider)).toBe(host);
    expect(textOf(provider, 1)).toBe("");
  });
});

describe("settings that do not hang together", () => {
  const errorsOf = (profile: object, more: object = {}) =>
    reader.read({ version: 1, profile, ...more }).errors;
  const provider = (settings: object, more: object = {}) => errorsOf({ provider: settings }, more);

  it("are what a kind needs and does not have", () => {
    expect(provider({ type: "vertex" })).toEqual([
      '$.profile.provider: type vertex needs "project"',
      '$.profile.provider: type vertex needs "region"',
    ]);
    for (const [type, missing] of [
      ["azure", '"set_authority" needs "resource" or "host" with type azure'],
      ["bedrock", '"set_authority" needs "region" or "host" with type bedrock'],
      ["databricks", '"set_authority" needs "host" with this type'],
      ["custom", '"set_authority" needs "host" with this type'],
    ]) {
      expect(provider({ type, set_authority: true })).toEqual([`$.profile.provider: ${missing}`]);
      expect(provider({ type })).toEqual([]);
    }
  });

  it("are keys of another kind", () => {
    const own = {
      project: 'only with "type": "vertex"',
      region: 'only with "type": "vertex" or "bedrock"',
      resource: 'only with "type": "azure"',
      surface: 'only with "type": "bedrock"',
      gateway: 'only with "type": "databricks"',
      paths: 'only with "type": "custom"',
      query: 'only with "type": "custom"',
    };
    const values = {
      project: "p",
      region: "r",
      resource: "re",
      surface: "messages",
      gateway: "ai_gateway",
      paths: { files: "/f" },
      query: "q",
    };
    for (const [name, text] of Object.entries(own)) {
      const value = values[name as keyof typeof values];
      expect(provider({ [name]: value })).toEqual([`$.profile.provider.${name}: ${text}`]);
    }
  });

  it("are not keys in defaults that one of several profiles has no use for", () => {
    const document = {
      version: 1,
      defaults: { provider: { region: "us-east-1", project: "p" } },
      profiles: {
        a: { provider: { type: "bedrock" } },
        v: { provider: { type: "vertex" } },
        n: {},
      },
    };
    expect(reader.read(document).errors).toEqual([]);
  });

  it("are places in paths that mean nothing", () => {
    const custom = (paths: object) => provider({ type: "custom", paths });
    const text = "$.profile.provider.paths: a path may hold {model}, once, and no other braces";
    for (const path of ["/{op}", "/{model}/{model}", "/{model", "/a{"]) {
      expect(custom({ messages: path })).toEqual([text]);
    }
    expect(provider({ type: "custom", model_in: "path" })).toEqual([
      '$.profile.provider.model_in: "path" needs {model} in "paths": "messages"',
    ]);
    expect(provider({ type: "custom", stream_in: "path" })).toEqual([
      '$.profile.provider.stream_in: "path" needs "paths": "messages_stream", different from "messages"',
    ]);
  });

  it("are names of models that Bedrock cannot have", () => {
    const text =
      '"%" is not allowed in a Bedrock model id; write it as AWS shows it, it is escaped here';
    const models = {
      aliases: { "claude-*": "a%3A0", b: "c" },
      template: "%-{model}",
      default: "%",
    };
    expect(errorsOf({ provider: { type: "bedrock" }, models })).toEqual([
      `$.profile.models.aliases["claude-*"]: ${text}`,
      `$.profile.models.template: ${text}`,
      `$.profile.models.default: ${text}`,
    ]);
    expect(errorsOf({ provider: { type: "anthropic" }, models })).toEqual([]);
  });

  it("are paths that need the body where headers leave before it", () => {
    const early = { request_headers: "early" };
    const text =
      '$.profile.provider: needs the request body before headers are sent; use "request_headers": "hold"';
    expect(provider({ type: "bedrock" }, early)).toEqual([text]);
    expect(provider(VERTEX, early)).toEqual([text]);
    expect(provider({ type: "bedrock", surface: "messages" }, early)).toEqual([]);
    expect(provider({ type: "azure" }, early)).toEqual([]);
  });
});

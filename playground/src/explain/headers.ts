/** What became of each header on the way up. Reasons: docs/headers.md. */

type Headers = readonly (readonly [name: string, value: string])[];

export interface HeaderLine {
  kind: "same" | "changed" | "injected" | "removed";
  name: string;
  value: string;
  /** The client's value, of what was changed. */
  was?: string;
  why?: string;
}

type Row = readonly [name: RegExp, why: string];

const REMOVED: readonly Row[] = [
  [
    /^(authorization|x-api-key|api-key)$/,
    "a client's key goes only where the configuration sends it",
  ],
  [/^cookie$/, "belongs to the gateway's own domain"],
  [/^x-stainless-/, "describes the OpenAI client"],
  [/^openai-/, "means nothing there"],
  [/^x-bridge-/, "names of the filter's own, which a client could fake"],
  [/^content-length$/, "Envoy frames the new body"],
  [/^anthropic-version$/, "this provider reads it from the body"],
  [/^anthropic-beta$/, "no token was left for this provider, or it stands in the body"],
];
const SET: readonly Row[] = [
  [/^:path$/, "the provider's path"],
  [/^:authority$/, "the configuration sets the host"],
  [/^:method$/, "the provider's method"],
  [/^content-length$/, "the new body's length"],
  [/^accept-encoding$/, "a compressed answer could not be translated"],
  [/^anthropic-version$/, "the API refuses requests without it"],
  [/^anthropic-beta$/, "features of this request need these tokens"],
  [/^(authorization|x-api-key|api-key)$/, "the one credential that the configuration chooses"],
  [/^content-type$/, "the body is JSON"],
];

const reason = (rows: readonly Row[], name: string): string | undefined =>
  rows.find(([pattern]) => pattern.test(name))?.[1];

/** Headers upstream in their order, then those that are gone. Of a name that comes twice the first counts. */
export function compareHeaders(client: Headers, upstream: Headers): HeaderLine[] {
  const before = new Map([...client].reverse());
  const names = new Set(upstream.map(([name]) => name));
  const sent = upstream.map(([name, value]): HeaderLine => {
    const was = before.get(name);
    if (was === value) return { kind: "same", name, value };
    const why = reason(SET, name);
    const told = why === undefined ? {} : { why };
    if (was === undefined) return { kind: "injected", name, value, ...told };
    return { kind: "changed", name, value, was, ...told };
  });
  const gone = client
    .filter(([name]) => !names.has(name))
    .map(([name, value]): HeaderLine => {
      const why = reason(REMOVED, name);
      return { kind: "removed", name, value, ...(why === undefined ? {} : { why }) };
    });
  return [...sent, ...gone];
}

/** Headers as a person writes them, and as the filter gets them. */
import type { HeaderList } from "../filter/host.ts";

/** A line that is no header. */
export interface HeaderProblem {
  line: number;
  message: string;
}

export interface ParsedHeaders {
  headers: [string, string][];
  problems: HeaderProblem[];
}

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads `name: value` lines; empty lines and lines that begin with # count for nothing. */
export function parseHeaders(text: string): ParsedHeaders {
  const result: ParsedHeaders = { headers: [], problems: [] };
  text.split("\n").forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (!NAME.test(name))
      result.problems.push({ line: index + 1, message: "a header is name: value" });
    else result.headers.push([name.toLowerCase(), line.slice(colon + 1).trim()]);
  });
  return result;
}

/** What Envoy hands to the filter: the request line as headers of its own, then the client's. */
export function requestHeaders(path: string, headers: HeaderList): HeaderList {
  return [[":method", "POST"], [":path", path], [":authority", "gateway.example"], ...headers];
}

/** YAML (or JSON, which is YAML too) as the filter wants it: JSON text, and the environment that it asks for. */
import { parseDocument, type Document } from "yaml";

export interface Problem {
  from: number;
  to: number;
  message: string;
}

/** Either `json`, or the reasons why there is none. */
export interface ParsedConfig {
  document: Document;
  json: string | undefined;
  problems: Problem[];
}

/** Reads a configuration. Keys that stand twice and other things that YAML forbids are problems. */
export function parseConfig(text: string): ParsedConfig {
  const document = parseDocument(text, { prettyErrors: false });
  const problems = document.errors.map(({ message, pos: [from, to] }) => ({
    from,
    to,
    message: firstLine(message),
  }));
  if (problems.length > 0) return { document, json: undefined, problems };
  const value: unknown = document.toJS();
  if (value !== null && typeof value === "object")
    return { document, json: JSON.stringify(value), problems };
  const message = text.trim() === "" ? "a configuration is needed" : "a configuration is an object";
  return { document, json: undefined, problems: [{ from: 0, to: text.length, message }] };
}

function firstLine(message: string): string {
  return message.split("\n")[0] as string;
}

/** Stand-ins for every environment variable that a configuration names under a key `env`. */
export function environmentOf(json: string): Record<string, string> {
  const env: Record<string, string> = {};
  JSON.parse(json, (key, value: unknown) => {
    if (key === "env" && typeof value === "string") env[value] = `value-of-${value}`;
    return value;
  });
  return env;
}

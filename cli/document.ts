/**
 * Plugin configurations inside documents: a bare one, or inside an Envoy bootstrap, an Istio, Envoy Gateway or Higress resource, or APISIX
 * routes. Finds them and tells where in the file a place of one stands.
 */
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
  type Scalar,
} from "yaml";

type Fields = Record<string, unknown>;
type Path = (string | number)[];

/** How a configuration is written down. */
export type Form = "bare" | "envoy" | "kubernetes" | "apisix";

/** One configuration of a document. */
export interface Found {
  form: Form;
  /** Where it stands: `static_resources.listeners[0]…value`; "" for a bare one. */
  place: string;
  /** What the filter reads: JSON text as it is written, or the value that the host makes JSON of. */
  config: string | object;
  /** Environment variables that its VM has; undefined: the document does not tell. */
  env: Record<string, string> | undefined;
  /** What is wrong around the configuration, as Envoy would not say before the first request. */
  hints: string[];
  /** Line and column, from 1, of a path as `$.profile.auth`; as near as the form allows. */
  locate(path: string): Position;
}

export interface Position {
  line: number;
  column: number;
}

/** A document that cannot be read, or has no configuration. */
export class DocumentError extends Error {}

/** YAML 1.1 as control planes read it, where `off` and `no` are booleans; dates stay texts, as in Envoy. */
const READING = {
  version: "1.1",
  schema: "yaml-1.1",
  customTags: (tags: unknown[]) =>
    tags.filter((tag) => (tag as { tag?: string }).tag !== "tag:yaml.org,2002:timestamp"),
} as const;

const HOLD_HINT =
  "allow_on_headers_stop_iteration is not true: every request would get a 500; or say request_headers: early";

/**
 * Finds every configuration of the filter. Throws DocumentError with a line when the text is neither JSON nor YAML, and when it has none.
 * `name` is the file's, for what its ending says.
 */
export function findConfigurations(text: string, name = ""): Found[] {
  const lines = new LineCounter();
  const documents = documentsOf(text, lines);
  const broken = documents.flatMap(({ errors }) => errors)[0];
  if (broken !== undefined) {
    // The filter itself says best what is wrong with JSON.
    if (name.endsWith(".json") || /^\s*\{/.test(text)) return [bare(text, undefined)];
    const { line, col } = broken.linePos?.[0] ?? { line: 1, col: 1 };
    throw new DocumentError(`${line}:${col}: ${broken.message.replace(/ at line [^]*$/, "")}`);
  }
  const sources = documents.map((document): Source => ({ document, lines, text }));
  const env = apisixEnvironment(sources);
  const found = sources.flatMap(inDocument).map((one): Found => {
    return one.form === "apisix" ? { ...one, env } : one;
  });
  return found.length > 0 ? found : [wholeDocument(sources)];
}

function documentsOf(text: string, lines: LineCounter): Document.Parsed[] {
  const documents = parseAllDocuments(text, { ...READING, lineCounter: lines } as object);
  return (Array.isArray(documents) ? documents : []) as Document.Parsed[];
}

/** The one document as a configuration. Throws DocumentError when it is none. */
function wholeDocument(sources: Source[]): Found {
  const [source] = sources;
  const value: unknown = source?.document.toJS();
  if (source === undefined || sources.length > 1 || !isFields(value) || isForeign(value)) {
    throw new DocumentError("no configuration of messages-bridge in this document");
  }
  return bare(isJson(source.text) ? source.text : value, source);
}

interface Source {
  document: Document.Parsed;
  lines: LineCounter;
  text: string;
}

function bare(config: string | object, source: Source | undefined): Found {
  const locate = (path: string): Position =>
    source === undefined ? { line: 1, column: 1 } : position(source, segments(path));
  return { form: "bare", place: "", config, env: undefined, hints: [], locate };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Documents that are something else as a whole, so that their keys are not to be called unknown. */
function isForeign(value: Fields): boolean {
  return ["apiVersion", "static_resources", "resources", "routes", "kind", "plugins"].some(
    (key) => key in value,
  );
}

function inDocument(source: Source): Found[] {
  const found: Found[] = [];
  const visit = (value: unknown, path: Path): void => {
    if (Array.isArray(value)) value.forEach((entry, index) => visit(entry, [...path, index]));
    if (!isFields(value)) return;
    const here = holderAt(value, path);
    if (here !== undefined) found.push(foundIn(source, here));
    else for (const [key, child] of Object.entries(value)) visit(child, [...path, key]);
  };
  visit(source.document.toJS(), []);
  return found;
}

interface Holder {
  form: Form;
  path: Path;
  value: unknown;
  env?: Record<string, string>;
  hints?: string[];
}

/** The configuration that `value` itself holds, by the ways in which hosts write one down. */
function holderAt(value: Fields, path: Path): Holder | undefined {
  return envoyHolder(value, path) ?? kubernetesHolder(value, path) ?? apisixHolder(value, path);
}

function envoyHolder(value: Fields, path: Path): Holder | undefined {
  const { "@type": type, config } = value;
  const isWasm = typeof type === "string" && type.endsWith(".filters.http.wasm.v3.Wasm");
  if (!isWasm || !isFields(config) || !isFields(config["configuration"])) return undefined;
  const names = [config["name"], config["root_id"], JSON.stringify(config["vm_config"] ?? "")];
  const inner = config["configuration"]["value"];
  if (!names.some((name) => String(name).includes("messages-bridge")) && !isOurs(inner)) {
    return undefined;
  }
  const holds = config["allow_on_headers_stop_iteration"] === true || saysEarly(inner);
  const env = environmentOf(config["vm_config"]);
  const at = [...path, "config", "configuration", "value"];
  return { form: "envoy", path: at, value: inner, env, hints: holds ? [] : [HOLD_HINT] };
}

/** `environment_variables` of a VM: what it copies from its host has no value here, so its name stands for it. */
function environmentOf(vm: unknown): Record<string, string> {
  const variables = isFields(vm) ? vm["environment_variables"] : undefined;
  if (!isFields(variables)) return {};
  const copied = Array.isArray(variables["host_env_keys"]) ? variables["host_env_keys"] : [];
  const given = isFields(variables["key_values"]) ? variables["key_values"] : {};
  return Object.fromEntries(
    [...copied, ...Object.keys(given)].map((name) => [String(name), `$${String(name)}`]),
  );
}

/** Istio's and Higress' WasmPlugin, Envoy Gateway's EnvoyExtensionPolicy. */
function kubernetesHolder(value: Fields, path: Path): Holder | undefined {
  for (const key of ["pluginConfig", "defaultConfig", "config"]) {
    if (!isFields(value[key]) || !("url" in value || "code" in value)) continue;
    const isNamed = JSON.stringify([value["url"], value["code"], value["name"]]);
    if (!isNamed.includes("messages-bridge") && !isOurs(value[key])) continue;
    return {
      form: "kubernetes",
      path: [...path, key],
      value: value[key],
      env: kubernetesEnvironment(value),
    };
  }
  return undefined;
}

function kubernetesEnvironment(value: Fields): Record<string, string> {
  const { vmConfig, env } = value;
  const rows = isFields(vmConfig) && Array.isArray(vmConfig["env"]) ? vmConfig["env"] : [];
  const keys = isFields(env) && Array.isArray(env["hostKeys"]) ? env["hostKeys"] : [];
  const names = [...rows.map((row) => (isFields(row) ? row["name"] : "")), ...keys];
  return Object.fromEntries(names.map((name) => [String(name), `$${String(name)}`]));
}

/** `plugins: { messages-bridge: { conf: … } }`. */
function apisixHolder(value: Fields, path: Path): Holder | undefined {
  const plugin = value["messages-bridge"];
  if (!isFields(plugin) || !("conf" in plugin)) return undefined;
  return { form: "apisix", path: [...path, "messages-bridge", "conf"], value: plugin["conf"] };
}

/** What nginx lets through, when APISIX's own configuration is one of the documents. */
function apisixEnvironment(sources: Source[]): Found["env"] {
  for (const { document } of sources) {
    const value: unknown = document.toJS();
    const nginx = isFields(value) ? value["nginx_config"] : undefined;
    if (!isFields(nginx)) continue;
    const names = Array.isArray(nginx["envs"]) ? nginx["envs"].map(String) : [];
    return Object.fromEntries(names.map((name) => [name, `$${name}`]));
  }
  return undefined;
}

function isOurs(value: unknown): boolean {
  if (typeof value === "string") {
    return isJson(value) && isOurs(JSON.parse(value));
  }
  return isFields(value) && "version" in value && ("profile" in value || "profiles" in value);
}

function saysEarly(value: unknown): boolean {
  if (typeof value === "string") return /"request_headers"\s*:\s*"early"/.test(value);
  return isFields(value) && value["request_headers"] === "early";
}

function foundIn(source: Source, { form, path, value, env, hints = [] }: Holder): Found {
  const config = typeof value === "string" || isFields(value) ? value : String(value ?? "");
  const locate = (inner: string): Position =>
    typeof config === "string"
      ? positionInText(source, path, config, segments(inner))
      : position(source, [...path, ...segments(inner)]);
  return { form, place: print(path), config, env, hints, locate };
}

function print(path: Path): string {
  return path
    .map((segment) => (typeof segment === "number" ? `[${segment}]` : `.${segment}`))
    .join("")
    .replace(/^\./, "");
}

/** The segments of `$.a[0].b`. */
export function segments(path: string): Path {
  const parts = path.matchAll(/\.([\w-]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/g);
  return [...parts].map(([, key, index, quoted]) =>
    index === undefined ? (key ?? (quoted as string)) : Number(index),
  );
}

/** Where the last segment that exists stands: its key, or the entry of a list. */
function position({ document, lines }: Source, path: Path): Position {
  let node: unknown = document.contents;
  let at = startOf(node);
  for (const segment of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(segment),
      );
      if (pair === undefined) break;
      at = startOf(pair.key) ?? at;
      node = pair.value;
    } else if (isSeq(node) && typeof segment === "number") {
      node = node.items[segment];
      at = startOf(node) ?? at;
    } else break;
  }
  const { line, col } = lines.linePos(at ?? 0);
  return { line, column: col };
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** Where a place of a configuration in a string stands: exact in block texts, else the line where the string begins. */
function positionInText(source: Source, path: Path, text: string, inner: Path): Position {
  const scalar = source.document.getIn(path, true) as Scalar | undefined;
  const begin = source.lines.linePos(scalar?.range?.[0] ?? 0);
  if (scalar?.type !== "BLOCK_LITERAL") return { line: begin.line, column: begin.col };
  const lines = new LineCounter();
  const [document] = parseAllDocuments(text, { lineCounter: lines });
  if (document === undefined || document.errors.length > 0) {
    return { line: begin.line + 1, column: 1 };
  }
  const { line, column } = position({ document: document as Document.Parsed, lines, text }, inner);
  const indent = /^ */.exec(source.text.split("\n")[begin.line] ?? "")?.[0].length ?? 0;
  return { line: begin.line + line, column: column + indent };
}

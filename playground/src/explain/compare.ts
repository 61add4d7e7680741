/**
 * Where each value of the body upstream comes from. The filter copies what needs no change, so a value is looked for
 * by its content: at the same place, else anywhere in the client's body, as it is, or unpacked from a string.
 */
import { canonical, walk, withoutIndexes, type JsonNode } from "./json.ts";

/** `moved` and `changed` have a place of the client's body in `from`. */
export type Mark =
  | { kind: "same" }
  | { kind: "new" }
  | { kind: "moved"; from: string }
  | { kind: "changed"; from: string; was: string };

export interface Comparison {
  /** A mark for every value upstream. */
  marks: Map<JsonNode, Mark>;
  /** Values of the client that went nowhere, outermost only. */
  dropped: JsonNode[];
}

/** Members with other names for the same; a number or a word alone says nothing about where it comes from. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  max_tokens: ["max_completion_tokens", "max_output_tokens"],
  max_tokens_to_sample: ["max_tokens"],
  stop_sequences: ["stop"],
  user_id: ["user", "safety_identifier"],
  effort: ["reasoning_effort"],
  model: ["model"],
};
/** Shorter strings are found under their own or a known name only. */
const TELLING_LENGTH = 8;
const DATA_URL = /^data:[^,]*;base64,(.+)$/s;

type Index = Map<string, JsonNode[]>;

/** Compares; without a client's body everything is new. */
export function compareBodies(client: JsonNode | undefined, upstream: JsonNode): Comparison {
  const marks = new Map<JsonNode, Mark>();
  if (client === undefined) {
    for (const node of walk(upstream)) marks.set(node, { kind: "new" });
    return { marks, dropped: [] };
  }
  const search = new Search(client);
  search.visit(upstream, marks);
  return { marks, dropped: search.unused(client) };
}

class Search {
  private readonly byPath = new Map<string, JsonNode>();
  private readonly byContent: Index = new Map();
  private readonly used = new Set<JsonNode>();

  constructor(client: JsonNode) {
    for (const node of walk(client)) {
      this.byPath.set(node.path, node);
      for (const content of contentsOf(node)) push(this.byContent, content, node);
    }
  }

  /** Marks `node` and what is below it. */
  visit(node: JsonNode, marks: Map<JsonNode, Mark>): void {
    const here = this.byPath.get(node.path);
    if (here !== undefined && canonical(here.raw) === canonical(node.raw)) {
      return this.take(here, node, { kind: "same" }, marks);
    }
    const origin = this.originOf(node);
    if (origin !== undefined) {
      const isSame = withoutIndexes(origin.path) === withoutIndexes(node.path);
      const mark: Mark = isSame ? { kind: "same" } : { kind: "moved", from: origin.path };
      return this.take(origin, node, mark, marks);
    }
    if (node.children.length > 0) return this.visitContainer(node, here, marks);
    marks.set(node, this.leafMark(node, here));
  }

  /** The client's values below `node` that were not found upstream, the outermost of each. */
  unused(node: JsonNode): JsonNode[] {
    if (this.used.has(node)) return [];
    const isTouched = [...walk(node)].some((part) => this.used.has(part));
    return isTouched ? node.children.flatMap((child) => this.unused(child)) : [node];
  }

  private visitContainer(
    node: JsonNode,
    here: JsonNode | undefined,
    marks: Map<JsonNode, Mark>,
  ): void {
    marks.set(node, { kind: here?.kind === node.kind ? "same" : "new" });
    for (const child of node.children) this.visit(child, marks);
  }

  private leafMark(node: JsonNode, here: JsonNode | undefined): Mark {
    const old = here ?? this.renamedFrom(node);
    if (old === undefined || this.used.has(old) || old.children.length > 0) return { kind: "new" };
    this.used.add(old);
    return { kind: "changed", from: old.path, was: old.raw };
  }

  /** A member of the same parent with another name and another value. */
  private renamedFrom(node: JsonNode): JsonNode | undefined {
    if (node.parent?.path !== "") return undefined;
    return (RENAMED[String(node.key)] ?? []).map((name) => this.byPath.get(name)).find(Boolean);
  }

  private originOf(node: JsonNode): JsonNode | undefined {
    const found = (this.byContent.get(canonical(node.raw)) ?? []).filter(
      (origin) => !this.used.has(origin) && tells(origin, node),
    );
    return found.sort((a, b) => likeness(b, node) - likeness(a, node))[0];
  }

  private take(origin: JsonNode, node: JsonNode, mark: Mark, marks: Map<JsonNode, Mark>): void {
    for (const part of walk(origin)) this.used.add(part);
    for (const part of walk(node)) marks.set(part, mark);
  }
}

/** How much two places have in common: which member they are in counts most, then their own name, then the index. */
function likeness(origin: JsonNode, node: JsonNode): number {
  const [root, index] = origin.path.split(/[.[\]]+/);
  const [nodeRoot, nodeIndex] = node.path.split(/[.[\]]+/);
  if (root !== nodeRoot) return origin.key === node.key ? 2 : 0;
  return 4 + (origin.key === node.key ? 2 : 0) + (index === nodeIndex ? 1 : 0);
}

/** What a value may look like upstream: itself, a string's JSON, a data URL's payload, a lone stop word as a list. */
function contentsOf(node: JsonNode): string[] {
  const own = canonical(node.raw);
  if (node.kind !== "string") return [own];
  const text = JSON.parse(node.raw) as string;
  const data = DATA_URL.exec(text)?.[1];
  const result = [own];
  if (data !== undefined) result.push(JSON.stringify(data));
  if (/^\s*[[{]/.test(text)) result.push(...parsed(text));
  if (node.key === "stop") result.push(`[${own}]`);
  if (node.key === "arguments" && text.trim() === "") result.push("{}");
  return result;
}

function parsed(text: string): string[] {
  try {
    return [canonical(text)];
  } catch {
    return [];
  }
}

function push(index: Index, content: string, node: JsonNode): void {
  const nodes = index.get(content);
  if (nodes === undefined) index.set(content, [node]);
  else nodes.push(node);
}

/** Whether equal content is enough to say that one came from the other. */
function tells(origin: JsonNode, node: JsonNode): boolean {
  if (origin.key === node.key && typeof node.key === "string") return true;
  if (RENAMED[String(node.key)]?.includes(String(origin.key)) === true) return true;
  if (node.children.length > 0 || origin.key === "arguments") return true;
  if (node.kind !== "string") return false;
  return isProse(node) || node.raw.length >= TELLING_LENGTH;
}

/** Members that hold what somebody wrote, of whatever length. */
function isProse(node: JsonNode): boolean {
  return (
    node.key === "text" || node.key === "content" || node.key === "system" || node.key === "prompt"
  );
}

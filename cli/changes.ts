/** What a request lost, gained or kept under another name on its way upstream, each with a reason. */
import type { HeaderList } from "../host/index.ts";
import { ADAPTATIONS, ADDED_MEMBERS, CONSUMED_MEMBERS, HEADERS, MOVED_MEMBERS } from "./reasons.ts";

/** `adapted` is a word of `x-bridge-adapted`; the others are seen by comparing both requests. */
export type ChangeKind = "adapted" | "added" | "moved" | "removed" | "replaced";

export interface Change {
  kind: ChangeKind;
  where: "body" | "header";
  /** The word, the member or the header. */
  name: string;
  why: string;
}

/** One request, as sent or as received. */
export interface Side {
  headers: HeaderList;
  body: string;
}

/** Lists every change; `adapted` is the value of `x-bridge-adapted`, "" when there is none. */
export function changesOf(client: Side, upstream: Side, adapted: string): Change[] {
  const words = adapted.split(",").flatMap((word) => word.trim() || []);
  return [
    ...words.map((word): Change => {
      const why = ADAPTATIONS[word] ?? "see docs/chat.md, Adaptations";
      return { kind: "adapted", where: "body", name: word, why };
    }),
    ...bodyChanges(membersOf(client.body), membersOf(upstream.body), words),
    ...headerChanges(client.headers, upstream.headers),
  ];
}

function membersOf(body: string): string[] {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

function bodyChanges(before: string[], after: string[], words: string[]): Change[] {
  const told = new Set(words.map((word) => word.slice(word.indexOf(":") + 1)));
  const hasUnknown = told.has("unknown");
  const gone = before.flatMap((name): Change[] => {
    if (after.includes(name) || told.has(name)) return [];
    const target = MOVED_MEMBERS[name];
    if (target !== undefined && reaches(target, after)) {
      return [{ kind: "moved", where: "body", name, why: `now ${target}` }];
    }
    const why = CONSUMED_MEMBERS[name];
    if (why === undefined && hasUnknown) return [];
    return [{ kind: "removed", where: "body", name, why: why ?? "it says nothing upstream" }];
  });
  const targets = gone.flatMap(({ kind, name }) =>
    kind === "moved" ? placesOf(MOVED_MEMBERS[name] as string) : [],
  );
  const added = after.flatMap((name): Change[] => {
    if (before.includes(name) || targets.includes(name)) return [];
    const why = ADDED_MEMBERS[name] ?? "Anthropic's own member, or set by the configuration";
    return [{ kind: "added", where: "body", name, why }];
  });
  return [...gone, ...added];
}

/** Whether one of the places is in the body; headers always count. */
function reaches(target: string, after: string[]): boolean {
  const places = placesOf(target);
  return places.length === 0 || places.some((place) => after.includes(place));
}

/** Members of the body that a text as `tools` or `thinking, output_config.effort` names; none for a header. */
function placesOf(target: string): string[] {
  if (target.startsWith("the header")) return [];
  return target.split(", ").map((place) => place.split(".")[0] as string);
}

function headerChanges(before: HeaderList, after: HeaderList): Change[] {
  const changes: Change[] = [];
  const names = new Set([...before, ...after].map(([name]) => name));
  for (const name of names) {
    if (name === "content-length") continue;
    const [old, now] = [before, after].map((list) =>
      list.flatMap(([key, value]) => (key === name ? value : [])).join(", "),
    );
    if (old === now) continue;
    const kind = old === "" ? "added" : now === "" ? "removed" : "replaced";
    changes.push({ kind, where: "header", name, why: HEADERS[name] ?? "docs/headers.md" });
  }
  return changes;
}

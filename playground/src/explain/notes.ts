/** The list under the body: what was dropped, changed, renamed and injected, and why. Places that differ by index are one. */
import { membersOf, sentenceOf } from "./adaptations.ts";
import type { Comparison, Mark } from "./compare.ts";
import { walk, withoutIndexes, type JsonNode } from "./json.ts";
import { reasonFor, type Kind } from "./reasons.ts";

export interface Note {
  kind: Kind;
  /** The place: of the client's body when dropped, else of the upstream's. */
  what: string;
  /** The client's place of what was renamed. */
  from?: string;
  why: string;
  /** The filter named it itself in `x-bridge-adapted`: something that was asked for is not done as asked. */
  isLoss: boolean;
}

const ORDER: readonly Kind[] = ["dropped", "changed", "renamed", "injected"];
const MAX_VALUE = 40;

/** All notes on a translation; `adapted` is the value of `x-bridge-adapted`. */
export function notesOn(upstream: JsonNode, comparison: Comparison, adapted: string): Note[] {
  const words = adapted.split(", ").filter((word) => word !== "");
  const notes = [...droppedNotes(comparison.dropped), ...upstreamNotes(upstream, comparison)];
  const told = unique(notes).map((note) => withWord(note, words));
  const merged = [...joinRenamed(told), ...joinSiblings(told)];
  const open = words.filter((word) => !told.some((note) => speaksOf(word, note)));
  return [...merged, ...open.map(wordNote)].sort(
    (a, b) => Number(b.isLoss) - Number(a.isLoss) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind),
  );
}

/** Notes on words alone, where bodies cannot be compared. */
export function wordNotes(adapted: string): Note[] {
  return adapted
    .split(", ")
    .filter((word) => word !== "")
    .map(wordNote);
}

function droppedNotes(dropped: readonly JsonNode[]): Note[] {
  return dropped.filter(isWorthTelling).map((node) => {
    const what = withoutIndexes(node.path);
    const why = reasonFor("dropped", what);
    // What has become something else is not lost.
    return { kind: why.startsWith("becomes ") ? "changed" : "dropped", what, why, isLoss: false };
  });
}

/** Wrappers' types and roles go with what they wrap. */
function isWorthTelling(node: JsonNode): boolean {
  const isWrapper = node.key === "type" || node.key === "role";
  return !isWrapper || node.parent?.path === "";
}

function upstreamNotes(root: JsonNode, { marks }: Comparison): Note[] {
  const notes: Note[] = [];
  const visit = (node: JsonNode): void => {
    const mark = marks.get(node) ?? { kind: "same" };
    const note = noteOn(node, mark, marks);
    if (note !== undefined) notes.push(note);
    if (note === undefined && mark.kind !== "moved") node.children.forEach(visit);
  };
  visit(root);
  return notes;
}

function noteOn(node: JsonNode, mark: Mark, marks: Comparison["marks"]): Note | undefined {
  const what = withoutIndexes(node.path);
  switch (mark.kind) {
    case "moved":
      return {
        kind: "renamed",
        what,
        from: withoutIndexes(mark.from),
        why: reasonFor("renamed", what),
        isLoss: false,
      };
    case "changed": {
      if (node.key === "role" || node.key === "type") return undefined;
      const change = `${what}: ${short(mark.was)} → ${short(node.raw)}`;
      return { kind: "changed", what: change, why: reasonFor("changed", what), isLoss: false };
    }
    case "new": {
      const isWhole = [...walk(node)].every((part) => marks.get(part)?.kind === "new");
      const isWrapper = node.key === "type" || node.key === "role";
      if (!isWhole || isWrapper || what === "" || /\[\]$/.test(what)) return undefined;
      return { kind: "injected", what, why: reasonFor("injected", what), isLoss: false };
    }
    default:
      return undefined;
  }
}

function short(raw: string): string {
  return raw.length > MAX_VALUE ? `${raw.slice(0, MAX_VALUE)}…` : raw;
}

function unique(notes: readonly Note[]): Note[] {
  const seen = new Map(notes.map((note) => [`${note.kind} ${note.from ?? ""} ${note.what}`, note]));
  return [...seen.values()];
}

function speaksOf(word: string, note: Note): boolean {
  const members = membersOf(word);
  const parts = (note.from ?? note.what).replace(/: .*$/s, "").split(/[.[\]]+/);
  if (word === "dropped:unknown")
    return note.kind === "dropped" && note.why === reasonFor("dropped", "?");
  return (
    (note.kind === "dropped" || note.kind === "changed") &&
    members.some((member) => parts.includes(member))
  );
}

/**
 * Members that moved together are one note about what holds them: `a.x → b.x` and `a.y → b.y` are `a → b`.
 */
function joinRenamed(notes: readonly Note[]): Note[] {
  const groups = groupBy(
    notes.filter(({ kind }) => kind === "renamed"),
    ({ from = "", what }) => withoutCommonEnd(from, what),
  );
  return [...groups].map((group) => {
    const [first] = group as [Note];
    if (group.length === 1) return first;
    const from = commonStart(group.map((note) => note.from ?? ""));
    return { ...first, from, what: commonStart(group.map(({ what }) => what)) };
  });
}

function groupBy(notes: readonly Note[], keyOf: (note: Note) => string): Note[][] {
  const groups = new Map<string, Note[]>();
  for (const note of notes) groups.set(keyOf(note), [...(groups.get(keyOf(note)) ?? []), note]);
  return [...groups.values()];
}

function withoutCommonEnd(from: string, what: string): string {
  const left = from.split(".");
  const right = what.split(".");
  while (left.length > 1 && right.length > 1 && left.at(-1) === right.at(-1)) {
    left.pop();
    right.pop();
  }
  return `${left.join(".")} ${right.join(".")}`;
}

function commonStart(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => path.split("."));
  const end = first.findIndex((part, index) => rest.some((other) => other[index] !== part));
  return first.slice(0, end < 0 ? first.length : end).join(".");
}

/** Members of one parent with one reason are one note that lists them. */
function joinSiblings(notes: readonly Note[]): Note[] {
  const groups = groupBy(
    notes.filter(({ kind }) => kind !== "renamed"),
    ({ kind, what, why }) => `${kind} ${parentOf(what)} ${why}`,
  );
  return [...groups].map((group) => {
    const [first, ...rest] = group as [Note, ...Note[]];
    const names = rest.map(({ what }) => what.slice(what.lastIndexOf(".") + 1));
    return { ...first, what: [first.what, ...names].join(", ") };
  });
}

function parentOf(what: string): string {
  return what.slice(0, Math.max(what.lastIndexOf("."), 0));
}

function withWord(note: Note, words: readonly string[]): Note {
  const word = words.find((candidate) => speaksOf(candidate, note));
  const why = word === undefined ? undefined : sentenceOf(word);
  return why === undefined ? note : { ...note, why, isLoss: true };
}

function wordNote(word: string): Note {
  const [verb, what = word] = word.split(":");
  const kind: Kind = verb === "dropped" || verb === "filtered" ? "dropped" : "changed";
  return { kind, what, why: sentenceOf(word) ?? word, isLoss: true };
}

/** Completion and explanation of a configuration's keys, from the schema. Reads indentation, because a text that is being written need not parse. */
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import type { Text } from "@codemirror/state";
import { keysAt, schemasAt, valuesAt, type Schema } from "./schema.ts";

const LINE = /^(\s*)((?:- +)*)(?:("?)([\w$.-]+)\3 *:)?/;

interface Place {
  /** Path of the object or list that the line stands in. */
  path: (string | number)[];
  /** Keys that the same object has already. */
  siblings: Set<string>;
}

/** A key, or the dash of a list's item, with the column where it begins. */
interface Entry {
  line: number;
  indent: number;
  /** 0: an item of a list. */
  step: string | 0;
}

/** What the lines of block YAML hold; the line `number` has an entry in any case, as it is being written. */
function readEntries(document: Text, number: number): Entry[] {
  const entries: Entry[] = [];
  for (let line = 1; line <= document.lines; line++) {
    const { text } = document.line(line);
    const [, space = "", dashes = "", , key] = LINE.exec(text) ?? [];
    for (let at = 0; at < dashes.length; at++) {
      if (dashes[at] === "-") entries.push({ line, indent: space.length + at, step: 0 });
    }
    const step = key ?? (line === number ? "" : undefined);
    if (step === undefined || text.trimStart().startsWith("#")) continue;
    entries.push({ line, indent: space.length + dashes.length, step });
  }
  return entries;
}

/** Where a line of block YAML stands, by what is indented less above it. */
export function placeOfLine(document: Text, number: number): Place {
  const entries = readEntries(document, number);
  const own = entries.findLastIndex(({ line }) => line === number);
  const path: (string | number)[] = [];
  let { indent = 0 } = entries[own] ?? {};
  for (const entry of entries.slice(0, Math.max(own, 0)).reverse()) {
    // A list's items may stand as far left as its key.
    const isListKey = path[0] === 0 && entry.step !== 0 && entry.indent === indent;
    if (entry.indent >= indent && !isListKey) continue;
    path.unshift(entry.step);
    indent = entry.indent;
  }
  return { path, siblings: siblingsOf(entries, own) };
}

/** Keys of the same object: at the same column, with nothing further left in between. */
function siblingsOf(entries: readonly Entry[], own: number): Set<string> {
  const { indent = 0 } = entries[own] ?? {};
  const isOutside = (entry: Entry): boolean => entry.indent < indent;
  const above = entries.slice(0, Math.max(own, 0)).reverse();
  const below = entries.slice(own + 1);
  const near = [above, below].flatMap((side) => {
    const end = side.findIndex(isOutside);
    return end < 0 ? side : side.slice(0, end);
  });
  return new Set(near.filter((entry) => entry.indent === indent).map(({ step }) => String(step)));
}

/** Completes keys, and values behind a key. */
export function completeConfig(root: Schema, context: CompletionContext): CompletionResult | null {
  const { state, pos } = context;
  const line = state.doc.lineAt(pos);
  const before = state.sliceDoc(line.from, pos);
  if (/[{[#"']/.test(before)) return null;
  const { path, siblings } = placeOfLine(state.doc, line.number);
  const value = /^\s*(?:- +)*([\w$.-]+): +([\w.-]*)$/.exec(before);
  if (value !== null) {
    const options = valuesAt(root, [...path, value[1] as string]).map((label) => ({
      label,
      type: "constant",
    }));
    return { from: pos - (value[2] as string).length, options };
  }
  const key = /^\s*(?:- +)*([\w-]*)$/.exec(before);
  if (key === null || (key[1] === "" && !context.explicit)) return null;
  const options = [...keysAt(root, path)]
    .filter(([name]) => !siblings.has(name))
    .map(([name, schema]) => keyOption(root, [...path, name], schema));
  return { from: pos - (key[1] as string).length, options };
}

function keyOption(root: Schema, path: (string | number)[], schema: Schema): Completion {
  const label = String(path.at(-1));
  const isNested = keysAt(root, path).size > 0;
  const detail = schema.default === undefined ? {} : { detail: JSON.stringify(schema.default) };
  const info = schema.description === undefined ? {} : { info: schema.description };
  return {
    label,
    apply: isNested ? `${label}:` : `${label}: `,
    type: "property",
    ...detail,
    ...info,
  };
}

/** What the schema says about the key of a line; undefined when it says nothing. */
export function describeKey(root: Schema, document: Text, number: number): string | undefined {
  const key = LINE.exec(document.line(number).text)?.[4];
  if (key === undefined) return undefined;
  const { path } = placeOfLine(document, number);
  return schemasAt(root, [...path, key]).find(({ description }) => description !== undefined)
    ?.description;
}

/** Shows the description of the key under the pointer. */
export function configHover(root: Schema): ReturnType<typeof hoverTooltip> {
  return hoverTooltip((view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const text = describeKey(root, view.state.doc, line.number);
    if (text === undefined || pos > line.from + line.text.indexOf(":")) return null;
    const dom = document.createElement("div");
    dom.className = "hint";
    dom.textContent = text;
    return { pos: line.from + line.text.search(/\S/), above: true, create: () => ({ dom }) };
  });
}

/** Where in a text the thing stands that an error names: `$.profile.auth.keys[0].env`, or `messages[0].role`. */
import {
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
} from "yaml";

export interface Range {
  from: number;
  to: number;
}

type Step = string | number;

/** A path as its steps; quoted keys may hold dots. */
export function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  for (const [, quoted, index, name] of path.matchAll(
    /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g,
  )) {
    if (index !== undefined) steps.push(Number(index));
    else steps.push(quoted ?? (name as string));
  }
  return steps[0] === "$" ? steps.slice(1) : steps;
}

/** The key of the last step, or its value in a list, or the nearest place above that exists. */
export function placeOf(document: Document, path: string): Range {
  let node: unknown = document.contents;
  let range = rangeOf(document.contents);
  for (const step of stepsOf(path)) {
    const next = stepInto(node, step);
    if (next === undefined) break;
    node = next.value;
    range = next.range ?? range;
  }
  return range ?? { from: 0, to: 0 };
}

/** The same in a text of its own; JSON is YAML. */
export function placeInText(text: string, path: string): Range {
  return placeOf(parseDocument(text, { prettyErrors: false }), path);
}

function stepInto(
  node: unknown,
  step: Step,
): { value: unknown; range: Range | undefined } | undefined {
  if (isSeq(node) && typeof step === "number") {
    const value = node.items[step];
    return value === undefined ? undefined : { value, range: rangeOf(value) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  return pair === undefined ? undefined : { value: pair.value, range: rangeOf(pair.key) };
}

function rangeOf(node: unknown): Range | undefined {
  const range = isNode(node) ? (node as Node).range : undefined;
  if (range === null || range === undefined) return isPair(node) ? rangeOf(node.key) : undefined;
  // A collection is pointed at by its first line only.
  return { from: range[0], to: isCollection(node) ? Math.min(range[1], range[0] + 1) : range[1] };
}

/** Pieces of YAML text: documents are written, not generated, so that they keep their comments. */
import { stringify } from "yaml";

/** `text` with every line but the first moved right by `spaces`. */
export function indented(text: string, spaces: number): string {
  return text.trimEnd().replaceAll("\n", `\n${" ".repeat(spaces)}`);
}

/** A value as block YAML, to stand behind `spaces` of indentation. */
export function yamlOf(value: unknown, spaces: number): string {
  return indented(stringify(value, { lineWidth: 0 }), spaces);
}

/** A value as JSON over several lines, to stand in a block text behind `spaces` of indentation. */
export function jsonOf(value: unknown, spaces: number): string {
  return indented(JSON.stringify(value, undefined, 2), spaces);
}

/** Joins parts; empty ones leave no line. */
export function lines(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

/** Small helpers for building and finding elements. */

type Props = Record<string, string | boolean | ((event: Event) => void) | undefined>;
type Child = Node | string | undefined;

/** An element with attributes (`on…`: a listener; true: an empty attribute; undefined and false: left out) and children. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (typeof value === "string") element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** The element of an id that the page has. */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element as Type;
}

/** Fills a select with choices by value. */
export function fill(
  select: HTMLSelectElement,
  choices: readonly (readonly [value: string, text: string])[],
): void {
  select.replaceChildren(...choices.map(([value, text]) => el("option", { value }, text)));
}

/** A size for reading. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

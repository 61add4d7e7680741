/** What reaches the upstream, drawn: request line, headers, body with its marks, and the list of what was changed and why. */
import { compareBodies } from "../explain/compare.ts";
import { compareHeaders, type HeaderLine } from "../explain/headers.ts";
import { readJson } from "../explain/json.ts";
import { bodyLines, type Line } from "../explain/lines.ts";
import { notesOn, type Note } from "../explain/notes.ts";
import type { LogLine, Message, RequestInput, Translation } from "../filter/session.ts";
import { bytesText, el } from "./dom.ts";

const SIGNS = { same: " ", new: "+", moved: "→", changed: "~" } as const;
const NOTE_TITLES = {
  dropped: "Dropped",
  changed: "Changed",
  renamed: "Renamed",
  injected: "Injected",
} as const;
/** Above this a comparison is not worth its time. */
const MAX_COMPARED = 400_000;
const decoder = new TextDecoder();

export interface Drawn {
  nodes: HTMLElement[];
  /** What changed, and why. */
  why: HTMLElement;
  /** The body as it left, for the clipboard. */
  body: string;
}

/** Draws a translation that reached the upstream. `raw`: the body as it is. */
export function drawUpstream(
  request: RequestInput,
  upstream: Message,
  translation: Translation,
  raw: boolean,
): Drawn {
  const body = decoder.decode(upstream.body);
  const client = decoder.decode(request.body);
  const isSmall = body.length + client.length <= MAX_COMPARED;
  const tree = isSmall ? readJson(body) : undefined;
  const comparison = tree === undefined ? undefined : compareBodies(readJson(client), tree);
  const adapted =
    translation.client.headers.find(([name]) => name === "x-bridge-adapted")?.[1] ?? "";
  const notes =
    tree === undefined || comparison === undefined ? [] : notesOn(tree, comparison, adapted);
  const isSame = body === client;
  const lines = raw || tree === undefined ? undefined : bodyLines(tree, comparison);
  return {
    body,
    why: drawNotes(notes, isSame),
    nodes: [
      drawHead(request, upstream),
      el(
        "h3",
        {},
        "Body ",
        el("span", { class: "muted" }, sizeText(upstream.body.length, request.body.length)),
      ),
      lines === undefined ? drawRaw(body) : drawBody(lines),
      ...drawLogs(translation.logs),
    ],
  };
}

function sizeText(now: number, before: number): string {
  return now === before ? bytesText(now) : `${bytesText(now)}, was ${bytesText(before)}`;
}

function drawHead(request: RequestInput, upstream: Message): HTMLElement {
  const lines = compareHeaders(request.headers, upstream.headers);
  const value = (name: string): HeaderLine | undefined => lines.find((line) => line.name === name);
  const path = value(":path");
  const rest = lines.filter(({ name }) => name !== ":path" && name !== ":method");
  return el(
    "div",
    {},
    el(
      "p",
      { class: "request-line" },
      el("span", { class: "method" }, value(":method")?.value ?? ""),
      el(
        "code",
        { class: path?.kind === "same" ? "" : "marked", id: "upstream-path" },
        path?.value ?? "",
      ),
    ),
    el("h3", {}, "Headers"),
    el("table", { class: "headers" }, el("tbody", {}, ...rest.map(drawHeader))),
  );
}

function drawHeader({ kind, name, value, was, why }: HeaderLine): HTMLElement {
  const sign = { same: " ", changed: "~", injected: "+", removed: "−" }[kind];
  const told = [was === undefined ? "" : `was ${was}`, why ?? ""]
    .filter((text) => text !== "")
    .join("; ");
  return el(
    "tr",
    { class: `mark-${kind}` },
    el(
      "td",
      { class: "sign" },
      sign,
      el("span", { class: "hidden" }, kind === "same" ? "" : ` ${kind}`),
    ),
    el("th", { scope: "row" }, name),
    el(
      "td",
      {},
      el("code", {}, value),
      told === "" ? undefined : el("span", { class: "why" }, ` ${told}`),
    ),
  );
}

function drawRaw(body: string): HTMLElement {
  const label = {
    tabindex: "0",
    role: "region",
    "aria-label": "Body as it leaves",
    id: "upstream-body",
  };
  return el("pre", { class: "body raw", ...label }, el("code", {}, body));
}

function drawBody(lines: readonly Line[]): HTMLElement {
  const label = {
    tabindex: "0",
    role: "region",
    "aria-label": "Body, changed lines marked",
    id: "upstream-body",
  };
  return el("pre", { class: "body", ...label }, ...lines.map(drawLine));
}

function drawLine({ indent, tokens, mark }: Line): HTMLElement {
  const title =
    mark.kind === "moved"
      ? `from ${mark.from}`
      : mark.kind === "changed"
        ? `was ${mark.was}`
        : undefined;
  return el(
    "span",
    { class: `row mark-${mark.kind}`, style: `--indent: ${indent}`, title },
    el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[mark.kind]),
    el(
      "code",
      {},
      ...tokens.map(({ text, type }) =>
        type === "mark" ? text : el("span", { class: `tok-${type}` }, text),
      ),
    ),
  );
}

function drawNotes(notes: readonly Note[], isSame: boolean): HTMLElement {
  if (isSame) return empty("Nothing: the body goes up byte for byte.");
  if (notes.length === 0) return empty("Nothing but its form.");
  return el("ul", { class: "notes", id: "notes" }, ...notes.map(drawNote));
}

/** A place where there is nothing to show, and why. */
export function empty(text: string): HTMLElement {
  return el("p", { class: "empty" }, text);
}

function drawNote({ kind, what, from, why, isLoss }: Note): HTMLElement {
  const place =
    from === undefined
      ? el("code", {}, what)
      : el("span", {}, el("code", {}, from), " → ", el("code", {}, what));
  const loss = isLoss
    ? el("span", { class: "loss", title: "named in x-bridge-adapted" }, "named in the answer")
    : undefined;
  return el(
    "li",
    { class: `note note-${kind}` },
    el("span", { class: "kind" }, NOTE_TITLES[kind]),
    el("span", { class: "place" }, place, loss),
    el("span", { class: "why" }, why),
  );
}

function drawLogs(logs: readonly LogLine[]): HTMLElement[] {
  if (logs.length === 0) return [];
  return [
    el("h3", {}, "Logged"),
    el(
      "ul",
      { class: "logs" },
      ...logs.map(({ level, text }) => el("li", {}, el("code", {}, `${level} ${text}`))),
    ),
  ];
}

/** Draws an answer of the filter's own: nothing went upstream. */
export function drawRefusal({ client, logs }: Translation): Drawn {
  const status = client.headers.find(([name]) => name === ":status")?.[1] ?? "";
  const body = decoder.decode(client.body);
  const tree = readJson(body);
  return {
    body,
    why: empty("Nothing was sent that could be compared."),
    nodes: [
      el(
        "p",
        { class: "refusal" },
        el("strong", {}, status),
        " The filter answers by itself; nothing goes upstream.",
      ),
      tree === undefined ? drawRaw(body) : drawBody(bodyLines(tree, undefined)),
      ...drawLogs(logs),
    ],
  };
}

/** What a refusal says, and the member that it is about. */
export function refusalOf({ client }: Translation): { message: string; param: string | undefined } {
  const value = parse(decoder.decode(client.body));
  const { message, param } = value?.error ?? {};
  return { message: message ?? "refused", param: param ?? undefined };
}

function parse(text: string): { error?: { message?: string; param?: string | null } } | undefined {
  try {
    return JSON.parse(text) as { error?: { message?: string; param?: string | null } };
  } catch {
    return undefined;
  }
}

/** Ties the page together: what is typed goes to the filter after a moment of rest, and what it says is drawn. */
import type { CompletionContext } from "@codemirror/autocomplete";
import { jsonLanguage } from "@codemirror/lang-json";
import schemaFile from "../../docs/config.schema.json";
import { completeConfig, configHover } from "./config/complete.ts";
import { environmentOf, parseConfig, type ParsedConfig } from "./config/parse.ts";
import { placeInText, placeOf } from "./config/place.ts";
import type { Schema } from "./config/schema.ts";
import { isFramed } from "./filter/canned.ts";
import type { RemoteSession } from "./filter/calls.ts";
import type { LogLine, RequestInput, Translation } from "./filter/session.ts";
import { parseHeaders, requestHeaders } from "./state/headers.ts";
import type { State } from "./state/state.ts";
import { byId, el } from "./view/dom.ts";
import { Editor, type Diagnostic } from "./view/editor.ts";
import { Player, type Score } from "./view/player.ts";
import { drawRefusal, drawUpstream, empty, refusalOf, type Drawn } from "./view/result.ts";

const schema = schemaFile as Schema;
/** Long enough for a burst of keys, too short to wait for. */
const REST_MS = 120;
/** `messages-bridge: $.profile.prefil: unknown key` */
const REFUSAL = /(?:^|: )(\$[^:\s]*): (.*)$/s;
const encoder = new TextEncoder();

export class App {
  readonly player: Player;
  private readonly request: Editor;
  private readonly headers: Editor;
  private readonly config: Editor;
  private readonly answer: Editor;
  private readonly result = byId("result");
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  /** What the filter runs with; undefined: nothing that it accepted. */
  private configured: string | undefined;
  private last: { request: RequestInput; translation: Translation } | undefined;
  private body = "";
  private raw = false;
  private loading = false;

  /** `onChange` is called when the person, not the program, has changed something. */
  constructor(
    private readonly filter: RemoteSession,
    private state: State,
    private readonly onChange: (state: State) => void,
  ) {
    const edit = (key: keyof State) => (text: string) => this.edited(key, text);
    this.request = new Editor({
      parent: byId("request-editor"),
      label: "Body of the request",
      language: "json",
      onChange: edit("request"),
    });
    this.headers = new Editor({
      parent: byId("headers-editor"),
      label: "Headers of the client, one a line",
      language: "text",
      onChange: edit("headers"),
    });
    this.config = new Editor({
      parent: byId("config-editor"),
      label: "Configuration in YAML",
      language: "yaml",
      onChange: edit("config"),
      complete: (context: CompletionContext) => completeConfig(schema, context),
      extensions: [configHover(schema)],
    });
    this.answer = new Editor({
      parent: byId("answer-editor"),
      label: "Answer of the upstream",
      language: "text",
      onChange: edit("answer"),
    });
    this.player = new Player({
      filter,
      score: () => this.score(),
      speed: () => Number(this.state.speed),
      showSent: (chars) => this.answer.showSent(chars),
    });
    this.bindResult();
  }

  /** The page as it is. */
  get current(): State {
    return this.state;
  }

  /** Shows another state. */
  async show(state: State): Promise<void> {
    this.loading = true;
    this.state = state;
    this.request.text = state.request;
    this.headers.text = state.headers;
    this.config.text = state.config;
    this.answer.text = state.answer;
    byId<HTMLInputElement>("path").value = state.path;
    byId<HTMLInputElement>("status").value = state.status;
    this.loading = false;
    this.player.reset();
    await this.refresh();
  }

  /** Changes one part, as a control does. */
  edited(key: keyof State, text: string): void {
    if (this.loading || this.state[key] === text) return;
    this.state = { ...this.state, [key]: text };
    if (key !== "speed") this.player.reset();
    this.onChange(this.state);
    if (key === "answer" || key === "status" || key === "piece" || key === "speed") return;
    this.settle(false);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), REST_MS);
  }

  /** Says whether what is shown is about what was typed. */
  private settle(isSettled: boolean): void {
    document.documentElement.dataset.settled = String(isSettled);
    this.result.setAttribute("aria-busy", String(!isSettled));
  }

  /** Runs everything anew. Later calls win over earlier ones that are still waiting for the filter. */
  private async refresh(): Promise<void> {
    const turn = ++this.turn;
    this.settle(false);
    try {
      const accepted = await this.configure(turn);
      if (turn !== this.turn) return;
      if (accepted) await this.translate(turn);
      else this.draw([empty("The configuration is not accepted, so nothing can be translated.")]);
    } catch (error) {
      if (turn === this.turn)
        this.drawFailure(error instanceof Error ? error.message : String(error));
    } finally {
      if (turn === this.turn) this.settle(true);
    }
  }

  private async configure(turn: number): Promise<boolean> {
    const parsed = parseConfig(this.state.config);
    if (parsed.json === undefined) {
      this.configured = undefined;
      this.showConfig(
        parsed.problems.map((problem) => ({ ...problem, severity: "error" })),
        "",
      );
      return false;
    }
    if (this.configured === parsed.json) return true;
    const env = environmentOf(parsed.json);
    const { ok, logs } = await this.filter.configure(parsed.json, { env });
    if (turn !== this.turn) return false;
    this.configured = ok ? parsed.json : undefined;
    this.showConfig(ok ? [] : logs.map((line) => diagnosticOf(parsed, line)), acceptedText(env));
    return ok;
  }

  private showConfig(problems: readonly Diagnostic[], accepted: string): void {
    this.config.diagnose(problems);
    const status = byId("config-status");
    const count = problems.length;
    status.textContent =
      count === 0 ? accepted : `Refused: ${count} ${count === 1 ? "problem" : "problems"}`;
    status.className = count === 0 ? "status good" : "status bad";
    listProblems(byId("config-problems"), problems, this.config);
  }

  private async translate(turn: number): Promise<void> {
    const request = this.requestInput();
    const translation = await this.filter.translate(request);
    if (turn !== this.turn) return;
    if (translation.failure !== undefined) return this.drawFailure(translation.failure);
    this.last = { request, translation };
    this.redraw();
  }

  private requestInput(): RequestInput {
    const { headers, problems } = parseHeaders(this.state.headers);
    const doc = this.headers.view.state.doc;
    this.headers.diagnose(
      problems.map(({ line, message }) => {
        const { from, to } = doc.line(Math.min(line, doc.lines));
        return { from, to, message, severity: "error" };
      }),
    );
    return {
      headers: requestHeaders(this.state.path, headers),
      body: encoder.encode(this.state.request.replace(/\n$/, "")),
    };
  }

  private redraw(): void {
    if (this.last === undefined) return;
    const { request, translation } = this.last;
    const { upstream } = translation;
    this.showRequestProblems(upstream === undefined ? this.refusalDiagnostics(translation) : []);
    const drawn =
      upstream === undefined
        ? drawRefusal(translation)
        : drawUpstream(request, upstream, translation, this.raw);
    this.place(drawn);
  }

  private place({ nodes, why, body }: Drawn): void {
    this.body = body;
    this.draw(nodes, why);
  }

  private refusalDiagnostics(translation: Translation): Diagnostic[] {
    const { message, param } = refusalOf(translation);
    const text = this.state.request;
    const range = param === undefined ? syntaxPlace(text) : placeInText(text, param);
    return [{ ...range, message, severity: "error" }];
  }

  private showRequestProblems(problems: readonly Diagnostic[]): void {
    this.request.diagnose(problems);
    listProblems(byId("request-problems"), problems, this.request);
  }

  private drawFailure(message: string): void {
    this.last = undefined;
    this.configured = undefined;
    this.draw([el("p", { class: "refusal" }, el("strong", {}, "The filter failed. "), message)]);
  }

  private draw(nodes: readonly HTMLElement[], why = empty("Nothing to compare.")): void {
    this.result.replaceChildren(...nodes);
    byId("why").replaceChildren(why);
  }

  private score(): Score | undefined {
    const { last } = this;
    if (last === undefined || this.configured === undefined) return undefined;
    const path = last.translation.upstream?.headers.find(([name]) => name === ":path")?.[1] ?? "";
    const { answer, status, piece } = this.state;
    return { request: last.request, answer, status, piece, framed: isFramed(path) };
  }

  private bindResult(): void {
    const form = (raw: boolean): void => {
      this.raw = raw;
      byId("raw").setAttribute("aria-pressed", String(raw));
      byId("pretty").setAttribute("aria-pressed", String(!raw));
      this.redraw();
    };
    byId("raw").addEventListener("click", () => form(true));
    byId("pretty").addEventListener("click", () => form(false));
    byId("copy").addEventListener("click", () => void navigator.clipboard.writeText(this.body));
  }
}

/** A refusal of the filter at the place that it names. */
function diagnosticOf({ document }: ParsedConfig, { text }: LogLine): Diagnostic {
  const [, path, message] = REFUSAL.exec(text) ?? [];
  if (path === undefined || message === undefined)
    return { from: 0, to: 0, message: text, severity: "error" };
  return { ...placeOf(document, path), message: `${path}: ${message}`, severity: "error" };
}

function acceptedText(env: Record<string, string>): string {
  const names = Object.keys(env);
  if (names.length === 0) return "Accepted";
  return `Accepted; ${names.join(", ")} ${names.length === 1 ? "has a stand-in" : "have stand-ins"} here`;
}

/** The first place where a text is no JSON; its end when nothing but the end is wrong. */
function syntaxPlace(text: string): { from: number; to: number } {
  const end = { from: Math.max(text.trimEnd().length - 1, 0), to: text.trimEnd().length };
  let place: { from: number; to: number } | undefined;
  jsonLanguage.parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      // What is missing has no width of its own: the next sign is where it was missed.
      if (type.isError) place ??= { from, to: Math.max(to, from + 1) };
    },
  });
  return place === undefined || place.from >= end.to ? end : place;
}

function listProblems(list: HTMLElement, problems: readonly Diagnostic[], editor: Editor): void {
  list.replaceChildren(
    ...problems.map(({ message, from, to }) =>
      el("li", {}, el("button", { type: "button", onclick: () => editor.goTo(from, to) }, message)),
    ),
  );
}

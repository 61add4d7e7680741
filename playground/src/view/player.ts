/**
 * Plays an upstream's answer through the filter, piece by piece, and shows what leaves for the client in the callback
 * in which it leaves. States: idle (nothing sent), playing, paused, done.
 */
import { EventReader, type ClientEvent } from "../player/events.ts";
import { cutAnswer, delayOf, type Cuts } from "../player/pieces.ts";
import type { RemoteSession } from "../filter/calls.ts";
import type { HeaderList } from "../filter/host.ts";
import type { Progress, RequestInput } from "../filter/session.ts";
import { answerHead } from "./answer_head.ts";
import { byId, bytesText, el } from "./dom.ts";

/** What is to be played. */
export interface Score {
  request: RequestInput;
  answer: string;
  status: string;
  piece: string;
  /** The upstream frames its events as Bedrock does. */
  framed: boolean;
}

export interface PlayerHost {
  filter: RemoteSession;
  /** What to play now; undefined: there is nothing, for the reason that the page shows elsewhere. */
  score(): Score | undefined;
  /** Position of the speed control. */
  speed(): number;
  /** Characters of the answer that have been sent. */
  showSent(chars: number): void;
}

const EMPTY = new Uint8Array(0);
const SHOWN_EVENTS = 2000;
const HELP =
  "Press Play: the upstream's answer goes through the filter piece by piece, and what leaves for the client appears here.";

export class Player {
  private cuts: Cuts = { pieces: [], sentChars: [] };
  private next = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private playing = false;
  private opened = false;
  private done = false;
  private reader = new EventReader();
  private isStream = false;
  private whole: Uint8Array[] = [];
  /** Answers of the filter that belong to an earlier run are dropped. */
  private run = 0;
  private readonly list = byId<HTMLOListElement>("events");
  private readonly said = byId("said");
  private readonly bar = byId<HTMLProgressElement>("progress");
  private readonly button = byId<HTMLButtonElement>("play");

  constructor(private readonly host: PlayerHost) {
    this.button.addEventListener("click", () => this.toggle());
    byId("step").addEventListener("click", () => void this.step());
    byId("rewind").addEventListener("click", () => this.reset());
    this.reset();
  }

  /** Back to the beginning. */
  reset(): void {
    this.pause();
    this.run++;
    this.opened = this.done = false;
    this.next = 0;
    this.reader = new EventReader();
    this.whole = [];
    this.said.textContent = "";
    this.said.hidden = true;
    byId("events-head").textContent = "";
    this.list.replaceChildren(el("li", { class: "empty" }, HELP));
    this.bar.value = 0;
    this.host.showSent(0);
  }

  toggle(): void {
    if (this.playing) return this.pause();
    if (this.done) this.reset();
    this.playing = true;
    this.button.textContent = "Pause";
    void this.go();
  }

  /** One piece, then a pause. */
  async step(): Promise<void> {
    this.pause();
    if (this.done) this.reset();
    await this.advance();
  }

  private pause(): void {
    clearTimeout(this.timer);
    this.playing = false;
    this.button.textContent = "Play";
  }

  private async go(): Promise<void> {
    const { run } = this;
    await this.advance();
    if (!this.playing || run !== this.run) return;
    if (this.done) return this.pause();
    this.timer = setTimeout(() => void this.go(), delayOf(this.host.speed()));
  }

  private async advance(): Promise<void> {
    const { run } = this;
    try {
      const progress = this.opened ? await this.feed() : await this.open();
      if (run === this.run && progress !== undefined) this.show(progress);
    } catch (error) {
      if (run === this.run) this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private open(): Promise<Progress> | undefined {
    const score = this.host.score();
    if (score === undefined) {
      this.fail("There is nothing to play: the request or the configuration is not accepted.");
      return undefined;
    }
    this.cuts = cutAnswer(score.answer, score.piece, score.framed);
    this.list.replaceChildren();
    this.opened = true;
    return this.host.filter.open(score.request, answerHead(score));
  }

  private feed(): Promise<Progress> {
    const piece = this.cuts.pieces[this.next] ?? EMPTY;
    this.next++;
    const isLast = this.next >= this.cuts.pieces.length;
    this.bar.value = Math.min(this.next / Math.max(this.cuts.pieces.length, 1), 1);
    this.host.showSent(this.cuts.sentChars[this.next - 1] ?? 0);
    return this.host.filter.feed(piece, isLast);
  }

  private show({ headers, chunks, ended, broken }: Progress): void {
    if (headers !== undefined) this.showHead(headers);
    for (const chunk of chunks) {
      if (this.isStream) this.showEvents(this.reader.add(chunk), chunk.length);
      else this.whole.push(chunk);
    }
    if (!ended) return;
    this.done = true;
    if (!this.isStream) this.showWhole();
    if (broken !== undefined) this.fail(broken);
    else this.add(el("li", { class: "end" }, "The answer is complete."));
  }

  private showHead(headers: HeaderList): void {
    const value = (name: string): string => headers.find(([key]) => key === name)?.[1] ?? "";
    this.isStream = value("content-type").startsWith("text/event-stream");
    byId("events-head").textContent = [
      value(":status"),
      value("content-type"),
      value("x-bridge-adapted"),
    ]
      .filter((text) => text !== "")
      .join(" · ");
  }

  private showEvents(events: readonly ClientEvent[], bytes: number): void {
    events.forEach((event, index) => {
      const size = index === 0 ? el("span", { class: "size" }, bytesText(bytes)) : undefined;
      this.add(
        el(
          "li",
          {},
          el(
            "span",
            { class: "event-head" },
            el("span", { class: "muted" }, `piece ${this.next}`),
            size,
          ),
          el("code", {}, event.name === undefined ? event.data : `${event.name}  ${event.data}`),
        ),
      );
      this.say(event.said);
    });
  }

  private showWhole(): void {
    const text = this.whole.map((chunk) => new TextDecoder().decode(chunk)).join("");
    this.add(el("li", {}, el("pre", {}, indented(text))));
  }

  private say(text: string): void {
    if (text === "") return;
    this.said.hidden = false;
    this.said.append(text);
  }

  private add(item: HTMLLIElement): void {
    if (this.list.childElementCount > SHOWN_EVENTS) this.list.firstElementChild?.remove();
    this.list.append(item);
    this.list.scrollTop = this.list.scrollHeight;
  }

  private fail(message: string): void {
    this.done = true;
    this.pause();
    this.list.querySelector(".empty")?.remove();
    this.add(el("li", { class: "failure" }, message));
  }
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** CodeMirror as the page uses it: one language, a label, what is wrong with it, and the page's own colours. */
import { autocompletion, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, keymap, type DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export type { Diagnostic } from "@codemirror/lint";

export interface EditorOptions {
  parent: HTMLElement;
  /** Read aloud in place of a visible label. */
  label: string;
  language: "json" | "yaml" | "text";
  onChange: (text: string) => void;
  complete?: CompletionSource;
  extensions?: Extension[];
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: "tok-key" },
  { tag: [tags.string, tags.content], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], class: "tok-word" },
  { tag: tags.comment, class: "tok-comment" },
]);

/** How much of the text has been sent; 0: nothing. */
const setSent = StateEffect.define<number>();
const SENT = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setSent));
    if (effect === undefined) return transaction.docChanged ? Decoration.none : value;
    const end = Math.min(effect.value as number, transaction.newDoc.length);
    if (end === 0) return Decoration.none;
    return Decoration.set([Decoration.mark({ class: "sent" }).range(0, end)]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class Editor {
  readonly view: EditorView;

  constructor({ parent, label, language, onChange, complete, extensions = [] }: EditorOptions) {
    this.view = new EditorView({
      parent,
      extensions: [
        history(),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        bracketMatching(),
        indentOnInput(),
        lintGutter(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          tabindex: "0",
          spellcheck: "false",
          autocapitalize: "off",
        }),
        EditorState.tabSize.of(2),
        syntaxHighlighting(HIGHLIGHT),
        SENT,
        ...languageOf(language),
        ...(complete === undefined ? [] : [autocompletion({ override: [complete], icons: false })]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        ...extensions,
      ],
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Replaces the text, unless it is the same. */
  set text(text: string) {
    if (text === this.text) return;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  /** Marks what is wrong; places beyond the text are drawn back into it. */
  diagnose(diagnostics: readonly Diagnostic[]): void {
    const end = this.view.state.doc.length;
    const inside = diagnostics.map((diagnostic) => ({
      ...diagnostic,
      from: Math.min(diagnostic.from, end),
      to: Math.min(diagnostic.to, end),
    }));
    this.view.dispatch(setDiagnostics(this.view.state, inside));
  }

  /** Tints the first `end` characters. */
  showSent(end: number): void {
    this.view.dispatch({ effects: setSent.of(end) });
  }

  /** Puts the cursor somewhere and shows it. */
  goTo(from: number, to: number): void {
    const end = this.view.state.doc.length;
    this.view.dispatch({
      selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
      scrollIntoView: true,
    });
    this.view.focus();
  }
}

function languageOf(language: EditorOptions["language"]): Extension[] {
  if (language === "json") return [json()];
  return language === "yaml" ? [yaml()] : [];
}

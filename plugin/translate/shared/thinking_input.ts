/** What a client asks of thinking, whatever its surface's words for it. Source: docs/chat.md, "Reasoning". */
import { EffortWord } from "../../wire/openai/effort_words";

/** The client's own `thinking`, a member of the Messages API. */
export const enum NativeThinking {
  Absent = 0,
  Enabled = 1,
  Adaptive = 2,
  Disabled = 3,
  /** A type that we do not know: forwarded. */
  Other = 4,
}

/** Spans point into the client's body. */
@unmanaged
@final
export class ThinkingInput {
  native: NativeThinking;
  nativePtr: usize; // `thinking`, JSON object
  nativeLen: u32;
  nativeBudget: u32; // its budget_tokens; 0: none that can be read
  displayPtr: usize; // its display, JSON; 0: absent
  displayLen: u32;
  nativeEffort: bool; // `output_config` has an effort
  nativeWord: EffortWord; // that effort; Unknown: a word that we do not know
  asked: EffortWord; // derived effort; Unknown: none was asked for
  budget: u32; // derived budget in tokens; 0: none was asked for
  summary: bool; // the client asks for summaries of it
  modelDisplay: bool; // what is shown is left to the model unless the client says
  exclude: bool; // the client does not want to see the thinking
  forced: bool; // the client forces a tool call
}

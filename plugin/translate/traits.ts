/**
 * What a model can do, as behaviour. Filled by policy from its table (and the configuration's
 * `model_info`); translation only reads it. Columns and words: docs/models.md.
 */

/** How thinking is switched on. Class letters as in docs/chat.md, "Reasoning". */
export const enum ThinkingClass {
  None = 0,
  /** A: `enabled` with a budget only. */
  Budget = 1,
  /** B: `adaptive`, and `enabled` still accepted. */
  Both = 2,
  /** C: `adaptive` only. */
  Adaptive = 3,
}

export const enum Sampling {
  /** temperature, top_p and top_k are refused. */
  None = 0,
  /** Each alone is accepted, temperature and top_p together are refused. */
  NotBoth = 1,
  Full = 2,
}

/** Effort words as bits. */
export const enum Effort {
  Low = 1,
  Medium = 2,
  High = 4,
  Max = 8,
  Xhigh = 16,
}

@unmanaged
@final
export class ModelTraits {
  known: bool; // false: guessed row, nothing may be clamped by it
  claude: bool; // the id names a Claude model
  maxOutput: u32; // tokens
  /** Answers `model_context_window_exceeded` instead of refusing input + max_tokens (4.5 and later). */
  windowStops: bool;
  thinking: ThinkingClass;
  thinkingDefault: bool; // thinks when the request does not say
  thinkingAlways: bool; // cannot be disabled
  sampling: Sampling;
  efforts: u32; // bits of Effort
  prefill: bool;
  midSystem: bool;
  forcedChoice: bool;
  schemaOutput: bool;
  /** A history whose last turn lacks its thinking blocks is refused while thinking is on. */
  historyNeedsThinking: bool;
  strictTools: bool;
  interleaved: bool; // claude-4 and later: takes the interleaved-thinking beta
}

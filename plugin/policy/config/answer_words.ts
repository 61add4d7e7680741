/** Words of settings about answers, in the order of their `enum` in docs/config.schema.json. */

export const enum StreamPing {
  Comment = 0,
  Drop = 1,
}

/** Text blocks as items of a Responses answer. */
export const enum TextItems {
  Coalesce = 0,
  PerBlock = 1,
}

/** Events that carry thinking in a Responses stream. */
export const enum ReasoningEvents {
  Auto = 0,
  Summary = 1,
  Text = 2,
}

/** Events at an error inside a Responses stream. */
export const enum StreamErrors {
  Failed = 0,
  Error = 1,
  Both = 2,
}

export const enum StreamUsage {
  OnRequest = 0,
  Always = 1,
}

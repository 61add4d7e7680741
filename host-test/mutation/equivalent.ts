// Faults that change nothing that anybody could see, each with the reason. A row that fits no longer is reported.

/** A fault by its file, the source line that it is on (trimmed) and what it puts there. */
export interface Equivalent {
  readonly file: string;
  readonly line: string;
  readonly text: string;
  readonly why: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "plugin/filter/root.ts",
    line: "LINE.put(ptr, len < LINE_CAP ? len : LINE_CAP);",
    text: "len <= LINE_CAP",
    why: "the smaller of two that are equal",
  },
  {
    file: "plugin/filter/resource_answer.ts",
    line: "if (profile == null) return false;",
    text: "return true;",
    why: "a stream has its profile before it has a resource; the question is the compiler's",
  },
  {
    file: "plugin/policy/config/defaults.ts",
    line: "profile.clientHeaders = reader.emptyList;",
    text: ";",
    why: "a list at address 0 is read as empty: nothing lies in the first bytes of the memory",
  },
  {
    file: "plugin/translate/chat/calls.ts",
    line: "if (c.broken) return false;",
    text: "return true;",
    why: "a cursor that is broken stays it, and the next question asked of it refuses the body",
  },
  {
    file: "plugin/translate/responses/mcp_tool.ts",
    line: "if (isToken && isText && startsWithLiteral(inside, c.valueLen - 2, L.BEARER)) {",
    text: "c.valueLen + 2",
    why: "a text that is shorter than the word ends with a quote, which the word has not",
  },
  {
    file: "plugin/translate/shared/output_config.ts",
    line: "if (nativeLen > 0) putNative(out, native, nativeLen, effort != 0);",
    text: "nativeLen >= 0",
    why: "of an empty text nothing is read, and nothing is written",
  },
];

/**
 * The Bifrost guide's table of beta headers, cell by cell: support of Anthropic, Azure, Vertex and Bedrock, and what asks for a token.
 * Written down by hand from the guide, not read from ours.
 */

/** A row: `yes` columns, and bodies that must bring the token about; without bodies it is passed through only. */
export interface GuideRow {
  token: string;
  yes: readonly string[];
  triggers: Record<string, object>;
  /** The same for native bodies; what stands in neither is passed through only. */
  native: Record<string, object>;
  /** Code of the refusal without support, because nothing can be taken out of the request. */
  refused?: string;
  /** Triggers that are refused; all when it is absent. */
  refusedFor?: string[];
  /** Paths of the body that must be gone without support. */
  gone?: string[];
}

export const GUIDE_COLUMNS = ["anthropic", "azure", "vertex", "bedrock"] as const;
const ALL = GUIDE_COLUMNS;
const FIRST_PARTY = ["anthropic", "azure"] as const;

const closed = { type: "object", properties: {}, additionalProperties: false };
const tool = (extra: object) => ({
  tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } }, ...extra }],
});
const native = (type: string) => ({ tools: [{ type, name: "computer", display_width_px: 1 }] });
const tools = (extra: object) => ({ tools: [{ name: "f", input_schema: closed, ...extra }] });
const said = (block: object) => ({ messages: [{ role: "user", content: [block] }] });
const scoped = { type: "ephemeral", scope: "global" };
const file = {
  messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file_1" } }] }],
};

export const GUIDE: readonly GuideRow[] = [
  {
    token: "computer-use-2025-01-24",
    yes: ALL,
    triggers: { "a tool of that type": native("computer_20250124") },
    native: { "a tool of that type": native("computer_20250124") },
  },
  {
    token: "computer-use-2025-11-24",
    yes: ALL,
    triggers: { "a tool of that type": native("computer_20251124") },
    native: { "a tool of that type": native("computer_20251124") },
  },
  {
    token: "structured-outputs-2025-11-13",
    yes: ["anthropic", "azure", "bedrock"],
    triggers: {
      "a strict tool": {
        tools: [{ type: "function", function: { name: "f", strict: true, parameters: closed } }],
      },
    },
    native: {
      "a strict tool": tools({ strict: true }),
      output_format: { output_format: { type: "json_schema", schema: closed } },
    },
    gone: ["tools[].strict"],
    refused: "unsupported_value",
    refusedFor: ["output_format"],
  },
  {
    token: "advanced-tool-use-2025-11-20",
    yes: FIRST_PARTY,
    triggers: {
      defer_loading: tool({ defer_loading: true }),
      input_examples: tool({ input_examples: [{}] }),
      allowed_callers: tool({ allowed_callers: ["direct"] }),
    },
    native: {
      defer_loading: tools({ defer_loading: true }),
      input_examples: tools({ input_examples: [{}] }),
      allowed_callers: tools({ allowed_callers: ["direct"] }),
    },
    gone: ["tools[].defer_loading", "tools[].allowed_callers"],
  },
  {
    token: "mcp-client-2025-11-20",
    yes: FIRST_PARTY,
    triggers: { mcp_servers: { mcp_servers: [{ type: "url", name: "a", url: "https://a" }] } },
    native: { mcp_servers: { mcp_servers: [{ type: "url", name: "a", url: "https://a" }] } },
    refused: "unsupported_parameter",
  },
  {
    token: "prompt-caching-scope-2026-01-05",
    yes: FIRST_PARTY,
    triggers: {
      "scope of a part": {
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a", cache_control: { type: "ephemeral", scope: "global" } },
            ],
          },
        ],
      },
      "scope of a tool": tool({ cache_control: { type: "ephemeral", scope: "global" } }),
      "scope of the request": { cache_control: { type: "ephemeral", scope: "global" } },
    },
    native: {
      "scope of a block": said({ type: "text", text: "a", cache_control: scoped }),
      "scope of a tool": tools({ cache_control: scoped }),
      "scope of system": { system: [{ type: "text", text: "a", cache_control: scoped }] },
      "scope of the request": { cache_control: scoped },
    },
    gone: [
      "cache_control.scope",
      "tools[].cache_control.scope",
      "messages[].content[].cache_control.scope",
    ],
  },
  {
    token: "compact-2026-01-12",
    yes: ALL,
    triggers: { edit: { context_management: { edits: [{ type: "compact_20260112" }] } } },
    native: { edit: { context_management: { edits: [{ type: "compact_20260112" }] } } },
  },
  {
    token: "context-management-2025-06-27",
    yes: ALL,
    triggers: { edit: { context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } } },
    native: { edit: { context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } } },
  },
  {
    token: "files-api-2025-04-14",
    yes: FIRST_PARTY,
    triggers: { "a file": file },
    native: { "a file": said({ type: "document", source: { type: "file", file_id: "file_1" } }) },
    refused: "unsupported_value",
  },
  {
    token: "interleaved-thinking-2025-05-14",
    yes: ALL,
    triggers: {
      "thinking enabled": {
        max_tokens: 4000,
        thinking: { type: "enabled", budget_tokens: 2000 },
      },
      "thinking adaptive": { model: "claude-opus-4-6", thinking: { type: "adaptive" } },
    },
    native: {
      "thinking enabled": { max_tokens: 4000, thinking: { type: "enabled", budget_tokens: 2000 } },
      "thinking adaptive": { model: "claude-opus-4-6", thinking: { type: "adaptive" } },
    },
  },
  { token: "skills-2025-10-02", yes: FIRST_PARTY, triggers: {}, native: {} },
  { token: "context-1m-2025-08-07", yes: ALL, triggers: {}, native: {} },
  {
    token: "fast-mode-2026-02-01",
    yes: ["anthropic"],
    triggers: { "speed fast": { speed: "fast" } },
    native: { "speed fast": { speed: "fast" } },
    gone: ["speed"],
  },
  { token: "redact-thinking-2026-02-12", yes: FIRST_PARTY, triggers: {}, native: {} },
];

/** Values at a path of the table's language. */
export function valuesAt(value: unknown, path: string): unknown[] {
  let found = [value];
  for (const step of path.match(/\[\]|[^.[\]]+/g) ?? []) {
    found = found.flatMap((item) => {
      if (step === "[]") return Array.isArray(item) ? (item as unknown[]) : [];
      const inner = (item as Record<string, unknown> | null)?.[step];
      return inner === undefined || typeof item !== "object" ? [] : [inner];
    });
  }
  return found;
}

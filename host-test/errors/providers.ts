/** What is refused because the upstream does not have it, or because a name cannot stand in its paths. */
import { filterWith, hello, refused, said, type ErrorRow } from "./row.ts";

const BEDROCK = { provider: { type: "bedrock" } };
const VERTEX = { provider: { type: "vertex", project: "p", region: "global" } };
const NAME =
  "Invalid value for 'model': this name cannot stand in the path of a request to this upstream.";

function part(value: object): object {
  return said({ role: "user", content: [value] });
}

const image_url = { url: "https://a.test/b.png" };

export const PROVIDER_ROWS: ErrorRow[] = [
  refused(
    "provider-image-url",
    part({ type: "image_url", image_url }),
    "Unsupported: 'messages[0].content[0].image_url.url': this upstream fetches no URLs; send the content as a data URL.",
    BEDROCK,
  ),
  refused(
    "provider-file-id",
    part({ type: "file", file: { file_id: "file_1" } }),
    "Unsupported: 'messages[0].content[0].file.file_id': this upstream keeps no files; send the content as a data URL.",
    VERTEX,
  ),
  refused(
    "provider-web-search",
    hello({ web_search_options: {} }),
    "Unsupported: 'web_search_options': the upstream has no web search.",
    BEDROCK,
  ),
  refused(
    "provider-tool",
    hello({ tools: [{ type: "code_execution_20250825", name: "code_execution" }] }),
    "Unsupported: 'tools[0].type' is not served by this upstream.",
    VERTEX,
  ),
  refused(
    "provider-mcp-servers",
    hello({ mcp_servers: [{ type: "url", url: "https://a.test", name: "a" }] }),
    "Unsupported: 'mcp_servers' is not served by this upstream.",
    BEDROCK,
  ),
  refused("provider-model-dots", hello({ model: ".." }), NAME, BEDROCK),
  {
    ...refused("provider-model-long", hello({ model: "x".repeat(2049) }), NAME, BEDROCK),
    atLimit: () => filterWith(BEDROCK).chat(hello({ model: "x".repeat(2048) })),
  },
];

/** The site of these documents: `npm run docs`. Order and looks only; what it says is in the documents. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { defineConfig, type DefaultTheme, type MarkdownRenderer } from "vitepress";

const DOCS = resolve(import.meta.dirname, "..");
/** Links to files outside the documents lead here when it is set; else they are shown without a link. */
const REPOSITORY = process.env.DOCS_REPOSITORY_URL;
/** `paths.md`: on a site the name of a page says more than that of its file. */
const FILE_NAME = /^(?:[\w-]+\/)*[\w-]+\.md$/;

type Item = DefaultTheme.SidebarItem;
const page = (text: string, link: string): Item => ({ text, link });

/** The order of reading. A page that a checkout does not have yet is left out. */
const ORDER: Item[] = [
  {
    text: "Begin",
    items: [
      page("Quick start", "/quick-start"),
      page("Install", "/install"),
      page("Concepts", "/concepts"),
      page("Playground", "/playground"),
      page("Command line", "/cli"),
    ],
  },
  {
    text: "Providers",
    items: [
      page("All providers", "/providers"),
      page("Anthropic", "/upstreams/anthropic"),
      page("Azure AI Foundry", "/upstreams/azure"),
      page("Google Vertex", "/upstreams/vertex"),
      page("AWS Bedrock", "/upstreams/bedrock"),
      page("Databricks", "/upstreams/databricks"),
      page("Any other", "/upstreams/custom"),
    ],
  },
  {
    text: "Clients",
    items: [
      page("OpenAI's SDKs", "/clients/openai-sdks"),
      page("Anthropic's SDKs", "/clients/anthropic-sdk"),
      page("Open WebUI", "/clients/open-webui"),
      page("LangChain", "/clients/langchain"),
      page("Vercel AI SDK", "/clients/vercel-ai"),
      page("Claude Code", "/clients/claude-code"),
      page("Agents", "/clients/agents"),
    ],
  },
  {
    text: "Recipes",
    items: [
      page("Open WebUI and Azure", "/recipes/azure-open-webui"),
      page("Prefills at Databricks", "/recipes/databricks-prefill"),
      page("Failover", "/recipes/failover"),
      page("Many tenants", "/recipes/tenants"),
      page("Token rate limits", "/recipes/token-rate-limits"),
    ],
  },
  {
    text: "When something fails",
    items: [
      page("Troubleshooting", "/troubleshooting"),
      page("Errors", "/errors"),
      page("Limits", "/limits"),
      page("Observability", "/observability"),
    ],
  },
  {
    text: "Reference",
    items: [
      page("Configuration", "/configuration"),
      page("Paths", "/paths"),
      page("Headers", "/headers"),
      page("Chat Completions", "/chat"),
      page("Responses", "/responses"),
      page("Completions", "/completions"),
      page("Native Messages", "/native"),
      page("Batches", "/batches"),
      page("Files", "/files"),
      page("List of models", "/models-list"),
      page("Model table", "/models"),
      page("Betas", "/betas"),
      page("Prefill", "/prefill"),
      page("Streaming", "/streaming"),
      page("Hosts", "/hosts"),
      page("APISIX", "/apisix"),
    ],
  },
  {
    text: "Evidence",
    items: [
      page("How it compares", "/comparison"),
      page("Performance", "/performance"),
      page("Reliability", "/reliability"),
      page("Testing", "/testing"),
      page("What was asked for", "/compat"),
      page("Design", "/design"),
      page("Engines", "/engines"),
    ],
  },
];

const isThere = ({ link = "" }: Item): boolean => existsSync(join(DOCS, `${link}.md`));
const SIDEBAR = ORDER.map(({ items = [], ...group }) => ({
  ...group,
  items: items.filter(isThere),
}));

const listed = new Set(SIDEBAR.flatMap(({ items = [] }) => items).map(({ link }) => link));
/** A document that is new is a page before anybody has found its place. */
const others = readdirSync(DOCS)
  .filter((file) => file.endsWith(".md") && file !== "index.md")
  .map((file) => `/${file.slice(0, -3)}`)
  .filter((link) => !listed.has(link));
if (others.length > 0) {
  SIDEBAR.push({ text: "More", items: others.map((link) => page(titleOf(link), link)) });
}

const PAGES = new Map(
  SIDEBAR.flatMap(({ items = [] }) => items).map(({ link = "", text = "" }) => [link, text]),
);

function titleOf(link: string): string {
  return /^# (.+)$/m.exec(readFileSync(join(DOCS, `${link}.md`), "utf8"))?.[1] ?? link.slice(1);
}

/** Where a link of a document leads, relative to the checkout; undefined when that is no file of it. */
function targetOf(href: string, document: string): string | undefined {
  if (/^([a-z]+:|\/|#)/i.test(href)) return undefined;
  const target = resolve(dirname(document), decodeURI(href.split("#")[0] as string));
  return existsSync(target) ? relative(join(DOCS, ".."), target).split(sep).join("/") : undefined;
}

type Token = Parameters<
  Parameters<MarkdownRenderer["core"]["ruler"]["push"]>[1]
>[0]["tokens"][number];

/** Links between pages show the page's name; a link to another file of the checkout leads into the repository, or is none. */
function rewriteLinks(tokens: Token[], document: string): void {
  tokens.forEach((token, index) => {
    const href = token.type === "link_open" ? token.attrGet("href") : null;
    const target = href === null ? undefined : targetOf(href, document);
    if (target === undefined) return;
    const text = tokens[index + 1];
    if (/^docs\/.*\.md$/.test(target)) {
      const name = PAGES.get(target.replace(/^docs|\.md$/g, ""));
      if (name !== undefined && text !== undefined && FILE_NAME.test(text.content))
        text.content = name;
    } else if (REPOSITORY !== undefined) token.attrSet("href", `${REPOSITORY}/${target}`);
    else unlink(tokens, index);
  });
}

/** Leaves the text of a link. */
function unlink(tokens: Token[], index: number): void {
  const end = tokens.findIndex(({ type }, at) => at > index && type === "link_close");
  for (const token of [tokens[index], tokens[end]]) {
    if (token === undefined) continue;
    token.type = token.type === "link_open" ? "em_open" : "em_close";
    token.tag = "em";
    token.attrs = null;
  }
}

export default defineConfig({
  title: "messages-bridge",
  description: "OpenAI and Anthropic clients to any Claude upstream, inside stock Envoy",
  head: [["link", { rel: "icon", href: "/icon.svg", type: "image/svg+xml" }]],
  lastUpdated: false,
  outDir: resolve(DOCS, "..", "build", "docs"),
  cacheDir: resolve(DOCS, "..", "build", ".vitepress"),
  markdown: {
    config: (md) => {
      md.core.ruler.push("links", ({ tokens, env }) => {
        for (const { children } of tokens)
          rewriteLinks(children ?? [], (env as { path: string }).path);
      });
    },
  },
  themeConfig: {
    nav: [
      { text: "Quick start", link: "/quick-start" },
      { text: "Configuration", link: "/configuration" },
      { text: "Troubleshooting", link: "/troubleshooting" },
    ],
    sidebar: SIDEBAR,
    outline: [2, 3],
    search: { provider: "local" },
    docFooter: { prev: "Before", next: "Next" },
  },
});

/**
 * Every sentence that a client, or a log, can get from the filter, for docs/troubleshooting.md: from the literals that the filter is built
 * with, so that none is missing, each with what to do about it from scripts/tables/troubleshooting.json, else with the page that its group has.
 */

const MARKS = {
  begin:
    "<!-- messages: written by npm run gen from scripts/tables/literals.json and troubleshooting.json -->",
  end: "<!-- end of messages -->",
};
/** Names of literals that are sentences for somebody outside. */
const SENTENCE_NAME = /^(?:TEXT_|LOG_|RL_.*_TEXT$)/;
/** A sentence, or the end of one that begins with what the client sent; lists of types are neither. */
const SENTENCE = /^(?:[A-Z:' .]|messages-bridge).*[a-z] [a-z]/s;
const SHORTEST = 14;

/** @typedef {{ title: string, see: string }} Group */
/** @typedef {{ groups: Record<string, Group>, configuration: Group, not_errors: string[], actions: Record<string, string> }} Table */
/** @typedef {Record<string, Record<string, string>>} Literals */

/** @param {string[]} cells */
const row = (cells) => `| ${cells.join(" | ")} |`;

/** @param {string} text as a cell of a table, in one line of code */
function cell(text) {
  const line = text.replace(/\s+/g, " ").trim();
  const mark = line.includes("`") ? "``" : "`";
  return `${mark}${line.replaceAll("|", "\\|")}${mark}`;
}

/**
 * What is put together at run time begins or goes on with "…"; signs that only join the parts are left out.
 * @param {string} text
 */
function shown(text) {
  const core = withoutLoneQuotes(text.replace(/^[\s:;.]+/, "").trimEnd());
  const before = /^(?:[A-Z$]|messages-bridge)/.test(text) ? "" : "… ";
  const goesOn = /[\s['"]$/.test(text) && !/["}]$/.test(core);
  return cell(`${before}${core}${goesOn ? " …" : ""}`);
}

/**
 * A quote whose partner stands in another part.
 * @param {string} text
 */
function withoutLoneQuotes(text) {
  let result = text;
  for (const quote of ["'", '"']) {
    if (result.split(quote).length % 2 === 1) continue;
    if (result.startsWith(quote)) result = result.slice(1);
    else if (result.endsWith(quote)) result = result.slice(0, -1);
  }
  return result.trim();
}

/**
 * @param {[string, string][]} entries names and texts
 * @param {Group} group
 * @param {Table} table
 */
function section(entries, { title, see }, { actions }) {
  const page = `[${see.replace(/#.*/, "")}](${see})`;
  const rows = entries.map(([name, text]) => row([shown(text), actions[name] ?? `see ${page}`]));
  return [`### ${title}`, "", row(["message", "what to do"]), row(["---", "---"]), ...rows].join(
    "\n",
  );
}

/**
 * @param {string} text docs/troubleshooting.md as it is
 * @param {Literals} literals content of scripts/tables/literals.json
 * @param {Literals} configTexts content of scripts/tables/config_texts.json
 * @param {Table} table content of scripts/tables/troubleshooting.json
 * @returns {string} the document with its tables written anew
 * @throws {Error} when a mark is missing, or the table speaks of what is not there
 */
export function renderTroubleshooting(text, literals, configTexts, table) {
  const [before, rest] = text.split(MARKS.begin);
  const after = rest?.split(MARKS.end)[1];
  if (after === undefined)
    throw new Error("docs/troubleshooting.md: needs the two marks of the messages");
  const names = new Set(
    [...Object.values(literals), ...Object.values(configTexts)].flatMap(Object.keys),
  );
  const stale = [...table.not_errors, ...Object.keys(table.actions)].filter(
    (name) => !names.has(name),
  );
  if (stale.length > 0)
    throw new Error(`scripts/tables/troubleshooting.json: no literal ${stale.join(", ")}`);
  const sections = Object.entries(table.groups).map(([name, group]) => {
    const entries = Object.entries(literals[name] ?? {}).filter(([key, sentence]) => {
      const isOurs = SENTENCE_NAME.test(key) && !table.not_errors.includes(key);
      return isOurs && sentence.length >= SHORTEST && SENTENCE.test(sentence);
    });
    if (entries.length === 0)
      throw new Error(`scripts/tables/troubleshooting.json: no sentence in ${name}`);
    return section(entries, group, table);
  });
  const config = Object.entries(configTexts)
    .filter(([name]) => name !== "kinds" && name !== "frames")
    .flatMap(([, texts]) => Object.entries(texts))
    .filter(([name, sentence]) => {
      return (
        / [a-z]/.test(sentence) && sentence.length >= SHORTEST && !table.not_errors.includes(name)
      );
    });
  sections.push(section(config, table.configuration, table));
  return [`${before}${MARKS.begin}`, ...sections, `${MARKS.end}${after}`].join("\n\n");
}

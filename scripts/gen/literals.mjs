/**
 * Renders `plugin/bytes/literals.ts`. Table: `{"NAME": "text"}`, or grouped, `{"section": {"NAME": "text"}}`.
 * Layout of one literal in static memory: u32 little-endian byte length, then the UTF-8 bytes. The last item of the
 * file is padding, so that 16 bytes may be read from any position inside a literal.
 */

const NAME = /^[A-Z][A-Z0-9_]*$/;
const PAD_BYTES = 32;

/** @param {number[]} bytes */
const data = (bytes) => `memory.data<u8>([${bytes.join(", ")}])`;

/** @param {string} text */
const escaped = (text) =>
  JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * @param {string} name
 * @param {string} text
 * @returns {string} the declaration of one literal
 */
function renderLiteral(name, text) {
  const bytes = Buffer.from(text, "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  return `// ${escaped(text)}\n// prettier-ignore\nexport const ${name}: usize = ${data([...head, ...bytes])};\n`;
}

/**
 * Flattens the table into sections and refuses what could not be rendered faithfully.
 * @param {Record<string, string | Record<string, string>>} table
 * @returns {{ section: string, entries: [string, string][] }[]}
 * @throws {Error} naming the entry: bad name, name used twice, text that is not a string or not well-formed
 */
function sectionsOf(table) {
  /** @type {{ section: string, entries: [string, string][] }} */
  const loose = { section: "", entries: [] };
  const sections = [loose];
  for (const [key, value] of Object.entries(table)) {
    if (typeof value === "string") loose.entries.push([key, value]);
    else sections.push({ section: key, entries: Object.entries(value) });
  }
  const seen = new Set();
  for (const [name, text] of sections.flatMap(({ entries }) => entries)) {
    if (!NAME.test(name)) throw new Error(`literals.json: ${name}: a name is UPPER_SNAKE`);
    if (seen.has(name)) throw new Error(`literals.json: ${name}: used twice`);
    if (typeof text !== "string") throw new Error(`literals.json: ${name}: not a string`);
    if (/\p{Surrogate}/u.test(text)) throw new Error(`literals.json: ${name}: lone surrogate`);
    seen.add(name);
  }
  return sections;
}

/**
 * @param {Record<string, string | Record<string, string>>} table content of literals.json
 * @returns {string} body of the generated file, without its head line
 * @throws {Error} naming the entry that is wrong
 */
export function renderLiterals(table) {
  const parts = ["// Each literal: u32 little-endian byte length, then the UTF-8 bytes.\n"];
  for (const { section, entries } of sectionsOf(table)) {
    if (section !== "") parts.push(`// --- ${section} ---\n`);
    parts.push(...entries.map(([name, text]) => renderLiteral(name, text)));
  }
  parts.push(
    "/** Keeps 16 bytes readable after the start of every byte above; not a literal. */\n" +
      `// prettier-ignore\nexport const LITERALS_PAD: usize = ${data(new Array(PAD_BYTES).fill(0))};\n`,
  );
  return parts.join("\n");
}

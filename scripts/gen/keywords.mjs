/**
 * Renders keyword matchers. Table: a list of
 * `{"file", "doc", "enum", "function", "nameFunction", "words": {"Member": "word", ...}}`; entries with the same `file` share
 * it. `function` (bytes to member) and `nameFunction` (member to literal) are each optional, one must be there.
 * The matcher switches on the length and then compares 8 bytes at a time; the last, overlapping step ends exactly at
 * the end of the word, so only words shorter than 8 bytes read past their end (at most 7 bytes, masked away).
 */

/**
 * @typedef {object} KeywordTable
 * @property {string} file output path relative to the root
 * @property {string} doc what the words are; becomes the doc comment of the enum
 * @property {string} enum name of the enum
 * @property {string} [function] name of the matcher
 * @property {string} [nameFunction] name of the function that answers the literal of a member
 * @property {Record<string, string>} words enum member to word
 */

const TYPE_NAME = /^[A-Z][A-Za-z0-9]*$/;
const FUNCTION_NAME = /^[a-z][A-Za-z0-9]*$/;
const STEP = 8;
// A table is as long as it is, and the loads are the point of it.
const DISABLED_RULES =
  "/* eslint-disable max-lines, max-lines-per-function, complexity, no-restricted-syntax */\n";

/** @param {bigint} value */
const hex = (value) => `<u64>0x${value.toString(16).padStart(16, "0")}`;

/**
 * @param {KeywordTable} table
 * @returns {(string | false)[]} what is wrong with the entry, apart from its words
 */
function headProblems(table) {
  return [
    !/^plugin\/[a-z0-9_/]+\.ts$/.test(table.file) && `file "${table.file}" is not below plugin/`,
    !TYPE_NAME.test(table.enum) && "enum is not PascalCase",
    !table.function && !table.nameFunction && "neither function nor nameFunction",
    !FUNCTION_NAME.test(table.function ?? "none") && "function is not camelCase",
    !FUNCTION_NAME.test(table.nameFunction ?? "none") && "nameFunction is not camelCase",
    !table.doc && "doc is missing",
  ];
}

/**
 * @param {Record<string, string>} words
 * @returns {(string | false)[]} what is wrong with the words
 */
function wordProblems(words) {
  const entries = Object.entries(words);
  return [
    entries.length === 0 && "no words",
    new Set(Object.values(words)).size !== entries.length && "a word is there twice",
    ...entries.flatMap(([member, word]) => [
      !TYPE_NAME.test(member) && `member ${member} is not PascalCase`,
      member === "Unknown" && "member Unknown is taken",
      (typeof word !== "string" || word === "") && `${member}: not a non-empty string`,
    ]),
  ];
}

/**
 * Refuses tables whose output would be wrong or would not compile.
 * @param {KeywordTable} table
 * @throws {Error} naming the enum and what is wrong
 */
function validate(table) {
  const problems = [...headProblems(table), ...wordProblems(table.words ?? {})].filter(Boolean);
  if (problems.length > 0) {
    throw new Error(`keywords.json: ${table.enum ?? table.file}: ${problems.join("; ")}`);
  }
}

/**
 * The 8 bytes at `offset` as a little-endian number, zero where the word has ended.
 * @param {Buffer} bytes
 * @param {number} offset
 */
function wordAt(bytes, offset) {
  const lane = Buffer.alloc(STEP);
  bytes.copy(lane, 0, offset, Math.min(bytes.length, offset + STEP));
  return lane.readBigUInt64LE();
}

/**
 * The condition that tells `bytes` from other words of the same length; the first 8 bytes are in `head`.
 * @param {Buffer} bytes
 */
function conditionFor(bytes) {
  const last = bytes.length - STEP;
  const offsets = [];
  for (let offset = STEP; offset < last; offset += STEP) offsets.push(offset);
  if (last > 0) offsets.push(last);
  const rest = offsets.map(
    (offset) => `load<u64>(ptr, ${offset}) == ${hex(wordAt(bytes, offset))}`,
  );
  return [`head == ${hex(wordAt(bytes, 0))}`, ...rest].join(" && ");
}

/**
 * @param {KeywordTable} table
 * @param {number} length in bytes
 * @param {[string, Buffer][]} entries words of this length
 */
function renderCase(table, length, entries) {
  const mask = length < STEP ? ` & ${hex((1n << BigInt(STEP * length)) - 1n)}` : "";
  const tests = entries.map(
    ([member, bytes]) => `if (${conditionFor(bytes)}) return ${table.enum}.${member};`,
  );
  return `case ${length}: {\nconst head = load<u64>(ptr)${mask};\n${tests.join("\n")}\nbreak;\n}`;
}

/** @param {KeywordTable} table */
function renderEnum(table) {
  const members = Object.entries(table.words).map(
    ([member, word], index) => `${member} = ${index + 1}, // ${JSON.stringify(word)}`,
  );
  return `/** ${table.doc} */\nexport const enum ${table.enum} {\nUnknown = 0,\n${members.join("\n")}\n}\n`;
}

/**
 * The literal (u32 length, then bytes) of each member.
 * @param {KeywordTable} table
 */
function renderNames(table) {
  const cases = Object.entries(table.words).map(([member, word]) => {
    const bytes = Buffer.from(word, "utf8");
    const head = Buffer.alloc(4);
    head.writeUInt32LE(bytes.length);
    const data = [...head, ...bytes].join(", ");
    return `case ${table.enum}.${member}:\n// prettier-ignore\nreturn memory.data<u8>([${data}]);`;
  });
  return (
    `/** The literal of a member of \`${table.enum}\`; 0 for \`Unknown\`. */\n` +
    `export function ${table.nameFunction}(member: ${table.enum}): usize {\nswitch (member) {\n${cases.join("\n")}\n` +
    "default:\nreturn 0;\n}\n}\n"
  );
}

/** @param {KeywordTable} table */
function renderMatcher(table) {
  /** @type {Map<number, [string, Buffer][]>} */
  const byLength = new Map();
  for (const [member, word] of Object.entries(table.words)) {
    const bytes = Buffer.from(word, "utf8");
    byLength.set(bytes.length, [...(byLength.get(bytes.length) ?? []), [member, bytes]]);
  }
  const cases = [...byLength]
    .sort(([left], [right]) => left - right)
    .map(([length, entries]) => renderCase(table, length, entries));
  return (
    `/**\n * Finds which word of \`${table.enum}\` the bytes are; \`Unknown\` when none.\n` +
    " * Up to 8 bytes from `ptr` are read even when `len` is smaller: the buffer needs that slack.\n */\n" +
    `export function ${table.function}(ptr: usize, len: u32): ${table.enum} {\nswitch (len) {\n${cases.join("\n")}\n` +
    `default:\nbreak;\n}\nreturn ${table.enum}.Unknown;\n}\n`
  );
}

/**
 * @param {KeywordTable[]} tables content of keywords.json
 * @returns {Map<string, string>} file and its body, without the head line
 * @throws {Error} naming the table and the entry that is wrong
 */
export function renderKeywords(tables) {
  if (!Array.isArray(tables)) throw new Error("keywords.json: not a list of tables");
  /** @type {Map<string, string>} */
  const bodies = new Map();
  for (const table of tables) {
    validate(table);
    const before = bodies.get(table.file) ?? DISABLED_RULES;
    const matcher = table.function ? renderMatcher(table) : "";
    const names = table.nameFunction ? renderNames(table) : "";
    bodies.set(table.file, [before, renderEnum(table), matcher, names].join("\n"));
  }
  return bodies;
}

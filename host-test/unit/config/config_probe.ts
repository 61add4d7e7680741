/** The configuration reader as tests see it: text in, verdict with messages out, and the parsed values as plain data. */
import { Probe, utf8 } from "../../support/probe.ts";

/** Fields in the order in which plugin/probe_config.ts numbers them. */
const PROFILE_NUMBERS = [
  ..."provider endpoints authMode authHeader onDenied paramsMode compat streamPing streamUsage".split(
    " ",
  ),
  ..."responseHeaders defaultMaxTokens samplingKeep structuredOutput reasoningContent".split(" "),
  ..."reasoningField reasoningDetails thinkingBlocks metrics maxRequestBytes maxResponseBytes".split(
    " ",
  ),
  ..."maxEventBytes maxAccumulatedBytes maxDepth maxMessages maxTools keySelect cooldownMs".split(
    " ",
  ),
];
const PROFILE_TEXTS = [
  "name",
  "basePath",
  "anthropicVersion",
  "modelDefault",
  "template",
  "hashOn",
];
const PROFILE_LISTS = [
  ..."stripPrefixes allow deny drop reject requestAllow requestDeny responseAllow responseDeny".split(
    " ",
  ),
];
const PROFILE_MAPS = ["aliases", "set", "setIfAbsent", "requestSet", "responseSet"];
const ROW_CELLS = [
  ..."given maxOutput thinking thinkingDefault sampling efforts needsThinking windowStops".split(
    " ",
  ),
  ..."prefill midSystem forcedChoice schemaOutput strictTools interleaved".split(" "),
];

type Values = Record<string, unknown>;

/** What came of one reading. `errors` and `warnings` have one entry per line. */
export interface Reading {
  accepted: boolean;
  errors: string[];
  warnings: string[];
}

/** A parsed configuration as plain data. */
export interface Parsed {
  requestHeaders: number;
  defaultProfile: number;
  rejectUnmatched: number;
  profiles: Values[];
  rules: Values[];
  modelInfo: Values[];
}

/** What `resolveModel` answers. */
export interface Resolved {
  name: string;
  denied: boolean;
  changed: boolean;
}

export class ConfigProbe {
  readonly probe: Probe;
  private readonly encoder = new TextEncoder();

  /** `maxPages` bounds the memory (0: no bound). */
  constructor(maxPages = 0) {
    this.probe = new Probe(maxPages);
  }

  /** Reads a document (text, bytes, or a value that becomes JSON) and forgets the result. */
  read(document: unknown, environment: Record<string, string> = {}): Reading {
    return this.use(document, environment, () => undefined).reading;
  }

  /** Reads a document that must be accepted. */
  parse(document: unknown, environment: Record<string, string> = {}): Parsed {
    const { reading, result } = this.use(document, environment, (config) => this.parsed(config));
    if (result === undefined) throw new Error(reading.errors.join("\n"));
    return result;
  }

  /** Lets a test look at the parsed configuration itself, while it is there. */
  withConfig<T>(document: unknown, look: (config: number) => T): T {
    const { reading, result } = this.use(document, {}, look);
    if (result === undefined) throw new Error(reading.errors.join("\n"));
    return result;
  }

  /** Resolves names with the first profile of a document. */
  resolve(document: unknown, names: string[]): Resolved[] {
    const { reading, result } = this.use(document, {}, (config) =>
      names.map((name) => this.resolved(config, name)),
    );
    if (result === undefined) throw new Error(reading.errors.join("\n"));
    return result;
  }

  private use<T>(document: unknown, environment: Record<string, string>, look: (at: number) => T) {
    const { exports } = this.probe;
    const bytes = this.bytesOf(document);
    const block = utf8(
      Object.entries(environment)
        .map(([name, value]) => `${name}=${value}\0`)
        .join(""),
    );
    const [ptr, environmentPtr] = [this.probe.put(bytes), this.probe.put(block)];
    const config = exports.configRead!(ptr, bytes.length, environmentPtr, block.length) >>> 0;
    const result = config === 0 ? undefined : look(config);
    const reading: Reading = {
      accepted: config !== 0,
      errors: this.lines(exports.configErrorsPtr!(), exports.configErrorsLen!()),
      warnings: this.lines(exports.configWarningsPtr!(), exports.configWarningsLen!()),
    };
    if (config !== 0) exports.configClose!(config);
    this.probe.drop(ptr, bytes.length);
    this.probe.drop(environmentPtr, block.length);
    return { reading, result };
  }

  private bytesOf(document: unknown): Uint8Array {
    if (document instanceof Uint8Array) return document;
    return this.encoder.encode(typeof document === "string" ? document : JSON.stringify(document));
  }

  private lines(ptr: number, len: number): string[] {
    return len === 0 ? [] : this.probe.utf8(ptr, len).split("\n");
  }

  private u32(at: number): number {
    return new DataView(this.probe.memory.buffer).getUint32(at >>> 0, true);
  }

  private list(at: number): string[] {
    const [count, items] = [this.u32(at), this.u32(at + 4)];
    return Array.from({ length: count }, (_, index) => this.span(items + index * 8));
  }

  private map(at: number): Record<string, string | number> {
    const [count, items] = [this.u32(at), this.u32(at + 4)];
    const entries = Array.from({ length: count }, (_, index) => {
      const entry = items + index * 16;
      const isMark = this.u32(entry + 12) === 0 && this.u32(entry + 8) < 8;
      return [this.span(entry), isMark ? this.u32(entry + 8) : this.span(entry + 8)] as const;
    });
    const map = Object.fromEntries(entries);
    if (Object.keys(map).length !== count) throw new Error(`a key is twice in ${String(entries)}`);
    return map;
  }

  private span(at: number): string {
    return this.probe.utf8(this.u32(at), this.u32(at + 4));
  }

  private parsed(config: number): Parsed {
    const number = (field: number) => this.probe.exports.configNumber!(config, field);
    const each = <T>(field: number, make: (index: number) => T) =>
      Array.from({ length: number(field) }, (_, index) => make(index));
    return {
      requestHeaders: number(0),
      defaultProfile: number(1),
      rejectUnmatched: number(2),
      profiles: each(3, (index) => this.profile(config, index)),
      rules: each(4, (index) => this.rule(config, index)),
      modelInfo: each(5, (index) => this.row(config, index)),
    };
  }

  private profile(config: number, at: number): Values {
    const x = this.probe.exports;
    const named = (names: string[], value: (field: number) => unknown) =>
      Object.fromEntries(names.map((name, field) => [name, value(field)]));
    return {
      ...named(PROFILE_NUMBERS, (field) => x.profileNumber!(config, at, field) >>> 0),
      ...named(PROFILE_TEXTS, (field) =>
        this.probe.utf8(x.profileTextPtr!(config, at, field), x.profileTextLen!(config, at, field)),
      ),
      ...named(PROFILE_LISTS, (field) => this.list(x.profileList!(config, at, field))),
      ...named(PROFILE_MAPS, (field) => this.map(x.profileMap!(config, at, field))),
      keys: Array.from({ length: x.keyCount!(config, at) }, (_, key) => ({
        name: this.probe.utf8(x.keyTextPtr!(config, at, key, 0), x.keyTextLen!(config, at, key, 0)),
        value: this.probe.utf8(
          x.keyTextPtr!(config, at, key, 1),
          x.keyTextLen!(config, at, key, 1),
        ),
        weight: x.keyWeight!(config, at, key),
        models: this.list(x.keyModels!(config, at, key)),
      })),
    };
  }

  private rule(config: number, at: number): Values {
    const x = this.probe.exports;
    return {
      profile: x.ruleProfile!(config, at),
      pathPrefix: this.probe.utf8(x.rulePrefixPtr!(config, at), x.rulePrefixLen!(config, at)),
      hosts: this.list(x.ruleList!(config, at, 0)),
      routes: this.list(x.ruleList!(config, at, 1)),
      models: this.list(x.ruleList!(config, at, 2)),
      headers: this.map(x.ruleHeaders!(config, at)),
    };
  }

  private row(config: number, at: number): Values {
    const x = this.probe.exports;
    return {
      ...Object.fromEntries(ROW_CELLS.map((name, field) => [name, x.rowCell!(config, at, field)])),
      match: this.list(x.rowMatch!(config, at)),
      like: this.probe.utf8(x.rowLikePtr!(config, at), x.rowLikeLen!(config, at)),
    };
  }

  private resolved(config: number, name: string): Resolved {
    const x = this.probe.exports;
    const bytes = utf8(name);
    const ptr = this.probe.put(bytes);
    const model = x.resolveWith!(config, 0, ptr, bytes.length) >>> 0;
    const resolved = {
      name: this.probe.utf8(x.resolvedPtr!(model), x.resolvedLen!(model)),
      denied: x.resolvedDenied!(model) !== 0,
      changed: x.resolvedChanged!(model) !== 0,
    };
    this.probe.drop(ptr, bytes.length);
    return resolved;
  }
}

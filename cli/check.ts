/** `check`: what the filter says to configurations, each problem with its place in the file. */
import type { Problem } from "./bridge.ts";
import type { Found, Position } from "./document.ts";
import { readConfigurations, theBridge } from "./files.ts";
import { Exit, out, print, say, err } from "./output.ts";

export interface CheckOptions {
  json?: boolean;
}

type Placed = Problem & Position;

/** One configuration of a file, as `--json` tells it. */
interface Report {
  file: string;
  form: Found["form"];
  place: string;
  /** Where it begins. */
  line: number;
  ok: boolean;
  problems: Placed[];
}

/** Checks files; the result is the exit code. Throws CommandError when a file holds no configuration. */
export function check(files: string[], options: CheckOptions): number {
  const reports = files.flatMap((file) =>
    readConfigurations(file).map((found) => judge(file, found)),
  );
  if (options.json === true) print(`${JSON.stringify(reports, undefined, 2)}\n`);
  else reports.forEach(tell);
  return reports.every(({ ok }) => ok) ? Exit.Good : Exit.Refused;
}

function judge(file: string, found: Found): Report {
  const { form, place, config, env, hints } = found;
  const verdict = theBridge().check({ config, ...(env === undefined ? {} : { env }) });
  const hinted = hints.map((message): Problem => ({ level: "warning", path: "$", message }));
  const problems = [...verdict.problems, ...hinted].map((problem) => ({
    ...problem,
    ...found.locate(problem.path),
  }));
  const { line } = found.locate("$");
  return { file, form, place, line, ok: verdict.ok, problems };
}

/** Problems as compilers print them; a good configuration is told beside the result. */
function tell({ file, place, line, ok, problems }: Report): void {
  for (const { level, path, message, ...at } of problems) {
    const word = level === "error" ? out.red("error") : out.yellow("warning");
    print(`${file}:${at.line}:${at.column}: ${word}: ${out.bold(path)}: ${message}\n`);
  }
  const where = place === "" ? file : `${file}:${line}`;
  const errors = problems.filter(({ level }) => level === "error").length;
  const verdict = ok
    ? err.green("ok")
    : err.red(`refused, ${errors} error${errors === 1 ? "" : "s"}`);
  say(`${where}: ${verdict}`);
}

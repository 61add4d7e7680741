/** What `npm run report` runs: the report alone, from the sources, without a build. */
import { Command } from "commander";
import { CommandError, err, say } from "./output.ts";
import { report, type ReportOptions } from "./report.ts";

const command = new Command("npm run report --")
  .description("Say which clients are degraded by what is done to prefills, most first.")
  .argument("[source]", "URL or file of Envoy's /stats/prometheus; - is stdin", "-")
  .option("--json", "print the clients as JSON")
  .action(async (source: string, options: ReportOptions) => {
    process.exitCode = await report(source, options);
  });

try {
  await command.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  say(`${err.red("report:")} ${error.message}`);
  process.exitCode = error.exit;
}

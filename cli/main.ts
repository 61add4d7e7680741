#!/usr/bin/env node
/** What `npx messages-bridge` runs. */
import { main } from "./program.ts";

// Whoever reads has enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main(process.argv.slice(2));

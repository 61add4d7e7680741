// The module with one defect put in, to see what a trap costs: the release has none that could be provoked.

import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

/** The callback that traps: no client of a model API ends a request in trailers, so only a test calls it. */
const CALLBACK = "proxy_on_request_trailers";

/** Writes the module `from` to `to` with that callback replaced by a trap. */
export function writeTrapping(from: string, to: string): void {
  const module = binaryen.readBinary(readFileSync(from));
  try {
    const name = binaryen.getExportInfo(module.getExport(CALLBACK)).value;
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(name));
    module.removeFunction(name);
    module.addFunction(name, params, results, [], module.unreachable());
    writeFileSync(to, module.emitBinary());
  } finally {
    module.dispose();
  }
}

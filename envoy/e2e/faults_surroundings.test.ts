// The scenarios of envoy/faults/rows_surroundings.ts under load: clients that do not read, memory that is short, a listener and a process
// that are replaced. Both versions where Envoy ends streams or others take over.

import { describeFaults } from "../faults/suite.ts";
import { NEWEST, VERSIONS } from "../harness/envoy.ts";

describeFaults({ kind: "small", version: NEWEST, workers: 4 });
for (const version of VERSIONS) {
  describeFaults({ kind: "managed", version, workers: 4 });
  describeFaults({ kind: "restart", version, workers: 4 });
}

// Results of a million lines and an upload of two gigabytes through a real Envoy: every byte is right, memory stays flat.

import { describe, test } from "vitest";
import { VERSIONS } from "../harness/envoy.ts";
import { downloadResults, uploadFile, useSmallBuffers } from "../harness/long_bodies.ts";
import { useRig } from "../harness/rig.ts";

const LINES = 1_000_000;
const FILE_BYTES = 2 * 1024 ** 3;

describe.each(VERSIONS)("Envoy %s", (version) => {
  const rig = useRig({ version, edit: useSmallBuffers });

  test(`results of ${LINES} lines`, () => downloadResults(rig(), LINES));
  test(`a file of ${FILE_BYTES} bytes`, () => uploadFile(rig(), FILE_BYTES));
});

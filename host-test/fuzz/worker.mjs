/** Starts worker.ts: a thread knows nothing of the loader that its parent runs under. */
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");

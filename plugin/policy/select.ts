/** Which profile serves a request. Source: docs/configuration.md, "Profiles and rules". */
import { Config } from "./config";

/** Index of the profile; -1: none, the request is not ours. */
export function selectProfile(config: Config): i32 {
  return config.defaultProfile;
}

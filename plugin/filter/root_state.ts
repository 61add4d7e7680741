/** What a root context (one plugin configuration in this VM) keeps. Freed in its `on_delete`. */
import { Config } from "../policy/config";

/** Where the filter stands. */
export const enum Placement {
  Unknown = 0,
  /** In front of the router. */
  Downstream = 1,
  /** In a cluster: a stream is one attempt. */
  Upstream = 2,
  /** As Upstream, in a host that cannot be told of a failure from a body callback. */
  UpstreamUnheld = 3,
}

@unmanaged
@final
export class RootState {
  id: u32;
  config: Config | null; // owned; null until configured
  /** A held request got its body callback: the host honours `allow_on_headers_stop_iteration`. */
  holdProven: bool;
  placement: Placement;
  ticking: bool; // the tick that watches for a missing flag runs
  flagLogged: bool; // the missing flag was logged
}

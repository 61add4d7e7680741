/** What a root context (one plugin configuration in this VM) keeps. Freed in its `on_delete`. */
import { Config } from "../policy/config";

/** Whether the host can be told of a failed attempt from a body callback. */
export const enum RetryFromBody {
  Unknown = 0,
  No = 1,
  Yes = 2,
}

@unmanaged
@final
export class RootState {
  id: u32;
  config: Config | null; // owned; null until configured
  /** A held request got its body callback: the host honours `allow_on_headers_stop_iteration`. */
  holdProven: bool;
  retryFromBody: RetryFromBody; // asked when the first attempt comes
  ticking: bool; // the tick that watches for a missing flag runs
  flagLogged: bool; // the missing flag was logged
}

/** What a root context (one plugin configuration in this VM) keeps. Freed in its `on_delete`. */
import { Config } from "../policy/config";

@unmanaged
@final
export class RootState {
  id: u32;
  config: Config | null; // owned; null until configured
  /** A held request got its body callback: the host honours `allow_on_headers_stop_iteration`. */
  holdProven: bool;
  ticking: bool; // the tick that watches for a missing flag runs
  flagLogged: bool; // the missing flag was logged
}

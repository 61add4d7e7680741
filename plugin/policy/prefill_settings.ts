/** Settings about an assistant turn at the end of a request, as they are read. Source: docs/prefill.md. */
import { StructArray } from "../bytes/struct_array";
import { TextList } from "../bytes/text_list";

/** Words of `mode` and `fallback`, in the schema's order; `over_max` has words of its own. */
export const enum PrefillMode {
  Passthrough = 0,
  Strip = 1,
  Reframe = 2,
  Reject = 3,
  Route = 4,
}

/** Which requests mode and rules are for. */
export const enum PrefillWhen {
  UnsupportedModels = 0,
  Always = 1,
  Never = 2,
}

/** Where the instruction goes. */
export const enum ReframePlace {
  LastUserTurn = 0,
  NewUserTurn = 1,
  AfterAssistant = 2,
}

/** What is done to the answer. */
export const enum ReframeAnswer {
  AsIs = 0,
  Dedupe = 1,
  Prepend = 2,
}

/** How a turn becomes an instruction. */
@unmanaged
@final
export class Reframe {
  templatePtr: usize; // 0: the built-in text
  templateLen: u32;
  place: ReframePlace;
  answer: ReframeAnswer;
  leavesStops: bool; // stop sequences in the turn stay with the upstream
  maxBytes: u32; // longest turn
  overMax: PrefillMode; // what a longer one gets
}

/** Another profile for a request. */
@unmanaged
@final
export class PrefillRoute {
  namePtr: usize; // length 0: none
  nameLen: u32;
  profile: i32; // index; -1: unknown
  fallback: PrefillMode; // where the turn cannot go there
}

/** What a rule asks; bits of `PrefillRule.asks`. */
export const enum PrefillAsk {
  Endpoints = 1,
  Kinds = 2,
  Stops = 4,
  Tools = 8,
}

/** All that is asked must hold. */
@unmanaged
@final
export class PrefillRule {
  asks: u32;
  models: TextList; // globs; empty: not asked
  clients: TextList; // globs; empty: not asked
  endpoints: u32; // bits of Endpoint
  kinds: u32; // bits in the order of the schema: text, json, empty, thinking, other
  minBytes: u32;
  maxBytes: u32;
  stops: bool;
  tools: bool;
  mode: PrefillMode;
  reframe: Reframe | null; // null: the profile's
  route: PrefillRoute | null; // null: the profile's
}

/** `prefill` of a profile. */
@unmanaged
@final
export class PrefillSettings {
  mode: PrefillMode;
  routes: bool; // the mode is route, or that of some rule
  when: PrefillWhen;
  models: TextList; // globs; empty: the model table
  rules: StructArray<PrefillRule>;
  route: PrefillRoute;
  reframe: Reframe;
  rejectsEmpty: bool; // when nothing is left
  rejectsTools: bool; // a turn that ends in a tool call
}

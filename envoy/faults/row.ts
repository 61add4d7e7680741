// What a scenario is.

import type { Act, ClientAct, Plan, Shape } from "./call.ts";
import type { Lane } from "./lanes.ts";
import type { Surface } from "./surfaces.ts";
import type { Kind } from "./world.ts";

/** What clients see, in the words of Call.seen(): of all answers, or of whole ones and of streams. */
export type Sees = string | { whole: string; stream: string };

/** One scenario. */
export interface Row {
  name: string;
  /** the Envoy that it needs; default `plain` */
  kind?: Kind;
  /** route of the calls that meet the fault; default `plain`, where the healthy ones go too */
  lane?: Lane;
  /** the healthy ones share the lane */
  isShared?: boolean;
  tenant?: Shape["tenant"];
  /** what the upstream does with calls that meet the fault; default: it serves them */
  act?: Act;
  client?: ClientAct;
  /** those that meet the fault are streams only, or HTTP/2 only */
  only?: Partial<Pick<Shape, "isStream" | "protocol">>;
  /** what their answers are made of */
  pieces?: Plan["pieces"];
  sees: Record<Surface["name"], Sees>;
}

/** All surfaces see the same. */
export const all = (sees: Sees): Row["sees"] => ({ chat: sees, responses: sees, native: sees });
/** The same in the form of OpenAI's APIs, and Anthropic's. */
export const both = (openai: Sees, native: Sees): Row["sees"] => ({
  chat: openai,
  responses: openai,
  native,
});

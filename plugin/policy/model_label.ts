/**
 * The name of a request's model in metrics. Clients write names as they like, so only those are shown that stand in the configuration
 * or in the model table; all others are one. Source: docs/observability.md.
 */
import { equals } from "../bytes/compare";
import { TextList } from "../bytes/text_list";
import { familyLen, familyPtr } from "./model_rows";
import { foundFamily } from "./model_table";
import { Profile } from "./config";
import { ResolvedModel } from "./models";

/** The name of the last request whose model was settled, borrowed from the request; length 0: it is none that is shown. */
export let labelPtr: usize = 0;
export let labelLen: u32 = 0;
/** The name that goes upstream, and the one that was asked for; length 0: no model was settled. */
export let sentModelPtr: usize = 0;
export let sentModelLen: u32 = 0;
export let askedModelPtr: usize = 0;
export let askedModelLen: u32 = 0;

/** The next request has no model yet. */
export function forgetModel(): void {
  labelLen = sentModelLen = askedModelLen = 0;
}

let keptLabelPtr: usize = 0;
let keptLabelLen: u32 = 0;
let keptSentPtr: usize = 0;
let keptSentLen: u32 = 0;

/** Keeps what is noted while another upstream's model is looked at. What was asked for stays. */
export function keepModel(): void {
  keptLabelPtr = labelPtr;
  keptLabelLen = labelLen;
  keptSentPtr = sentModelPtr;
  keptSentLen = sentModelLen;
}

/** Notes again what was kept. */
export function restoreModel(): void {
  labelPtr = keptLabelPtr;
  labelLen = keptLabelLen;
  sentModelPtr = keptSentPtr;
  sentModelLen = keptSentLen;
}

/** Notes the model of a request: its row in the model table was the last one that was looked up. */
export function noteModel(profile: Profile, model: ResolvedModel): void {
  sentModelPtr = labelPtr = model.ptr;
  sentModelLen = labelLen = model.len;
  askedModelPtr = model.askedPtr;
  askedModelLen = model.askedLen;
  if (model.isConfigured || hasText(profile.allow, model.ptr, model.len)) return;
  labelLen = foundFamily < 0 ? 0 : familyLen(<u32>foundFamily);
  if (labelLen > 0) labelPtr = familyPtr(<u32>foundFamily);
}

/** True when one of the texts is exactly this one: a glob with a star is none that a name equals. */
function hasText(texts: TextList, ptr: usize, len: u32): bool {
  for (let i: u32 = 0; i < texts.count; i++) {
    if (texts.len(i) == len && equals(texts.ptr(i), ptr, len)) return true;
  }
  return false;
}

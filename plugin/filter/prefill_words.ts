/** Words of the prefill policy in metrics and log lines. */
import * as L from "../bytes/literals";
import { PrefillAction } from "../policy/prefill";
import { PrefillKind } from "../translate/shared/prefill";

/** The word of an action in metrics and log lines. */
export function actionWord(action: PrefillAction): usize {
  switch (action) {
    case PrefillAction.Strip:
      return L.W_STRIP;
    case PrefillAction.Reframe:
      return L.W_REFRAME;
    case PrefillAction.Reject:
      return L.W_REJECT;
    case PrefillAction.Route:
      return L.W_ROUTE;
    case PrefillAction.RouteUnsupported:
      return L.W_ROUTE_UNSUPPORTED;
    case PrefillAction.DropEmpty:
      return L.W_DROP_EMPTY;
    case PrefillAction.Continuation:
      return L.W_CONTINUATION;
    default:
      return L.W_PASSTHROUGH;
  }
}

/** The word of a kind in metrics and log lines. */
export function kindWord(kind: PrefillKind): usize {
  switch (kind) {
    case PrefillKind.Text:
      return L.W_TEXT;
    case PrefillKind.Json:
      return L.W_JSON;
    case PrefillKind.Empty:
      return L.W_EMPTY;
    case PrefillKind.Thinking:
      return L.W_THINKING;
    case PrefillKind.ToolUse:
      return L.W_TOOL_USE;
    case PrefillKind.Continuation:
      return L.W_CONTINUATION;
    default:
      return L.W_OTHER;
  }
}

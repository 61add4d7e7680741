/** What a token count wants otherwise than the message that it is about. Source: docs/native.md, "Counting". */
import { startsWith } from "../bytes/compare";
import { endingWordLen } from "../bytes/words";
import { Plan } from "../translate/plan";
import { ProviderRow, providerText, UpstreamPath } from "./provider_rows";
import { isModelInBody, Upstream } from "./upstream";

/** Makes the plan of a message the plan of its count. */
export function planCount(plan: Plan, upstream: Upstream): void {
  const row = upstream.row;
  plan.modelInBody = isModelInBody(upstream, UpstreamPath.CountTokens);
  plan.invokesCount = row.countInvokes != 0;
  plan.modelLen -= endingWordLen(
    providerText(row.countEndingsAt),
    row.countEndingsLen,
    plan.modelPtr,
    plan.modelLen,
  );
  cutFront(plan, row);
}

/** Bedrock counts for models, not for the inference profiles whose names have a region in front. */
function cutFront(plan: Plan, row: ProviderRow): void {
  const base = providerText(row.countBaseAt);
  const baseLen = row.countBaseLen;
  if (baseLen == 0) return;
  for (let i: u32 = 1; i < plan.modelLen; i++) {
    if (!startsWith(plan.modelPtr + i, plan.modelLen - i, base, baseLen)) continue;
    plan.modelPtr += i;
    plan.modelLen -= i;
    return;
  }
}

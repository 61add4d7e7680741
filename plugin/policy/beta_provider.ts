/** What the beta policy knows of providers. */
import { BetaColumn } from "./beta_table";
import { Profile } from "./config";
import { UpstreamKind } from "./provider_rows";

/** The upstream's column of the table. */
export function betaColumn(profile: Profile): BetaColumn {
  switch (profile.upstream.kind) {
    case UpstreamKind.Azure:
      return BetaColumn.Azure;
    case UpstreamKind.Vertex:
      return BetaColumn.Vertex;
    case UpstreamKind.Bedrock:
      return BetaColumn.Bedrock;
    case UpstreamKind.BedrockMessages:
    case UpstreamKind.BedrockMantle:
      return BetaColumn.BedrockMessages;
    case UpstreamKind.Databricks:
    case UpstreamKind.DatabricksAiGateway:
      return BetaColumn.Databricks;
    case UpstreamKind.Custom:
      return BetaColumn.Custom;
    default:
      return BetaColumn.Anthropic;
  }
}

/** Whether tokens that the table does not have go to the upstream: elsewhere one of them fails the request. */
export function forwardsUnknown(profile: Profile): bool {
  const kind = profile.upstream.kind;
  return kind == UpstreamKind.Anthropic || kind == UpstreamKind.Custom;
}

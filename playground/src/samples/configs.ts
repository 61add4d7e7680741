/** A small configuration for each provider, and for what people come for. */

export interface Preset {
  title: string;
  text: string;
}

/** By the value of the choice. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  anthropic: {
    title: "Anthropic",
    text: `version: 1
profile:
  provider:
    type: anthropic
  auth:
    mode: client
`,
  },
  azure: {
    title: "Azure AI Foundry",
    text: `version: 1
profile:
  provider:
    type: azure
    resource: my-foundry
  auth:
    mode: keys
    keys:
      - name: main
        env: AZURE_API_KEY
  models:
    aliases: # names of deployments
      claude-sonnet-4-5: my-sonnet
model_info:
  - match: [my-sonnet]
    like: claude-sonnet-4-5
`,
  },
  vertex: {
    title: "Google Vertex",
    text: `version: 1
profile:
  provider:
    type: vertex
    project: my-project
    region: global
`,
  },
  bedrock: {
    title: "AWS Bedrock",
    text: `version: 1
profile:
  provider:
    type: bedrock
    region: us-east-1
  models:
    template: us.anthropic.{model}
`,
  },
  databricks: {
    title: "Databricks",
    text: `version: 1
profile:
  provider:
    type: databricks
  auth:
    mode: keys
    keys:
      - name: main
        env: DATABRICKS_TOKEN
  models:
    template: databricks-{model}
`,
  },
  prefill: {
    title: "Anthropic, prefills as instructions",
    text: `version: 1
profile:
  provider:
    type: anthropic
  auth:
    mode: client
  prefill:
    when: always
    mode: reframe
`,
  },
  tenants: {
    title: "Two teams by path",
    text: `version: 1
profiles:
  team_a:
    provider: { type: anthropic }
    auth: { mode: client }
    models:
      aliases: { gpt-4o: claude-sonnet-4-5 }
  team_b:
    provider: { type: anthropic }
    auth: { mode: client }
    models:
      allow: ["claude-haiku-*"]
rules:
  - match: { path_prefix: /team-a }
    profile: team_a
  - match: { path_prefix: /team-b }
    profile: team_b
on_no_match: reject
`,
  },
  strict: {
    title: "Anthropic, strict parameters",
    text: `version: 1
profile:
  provider:
    type: anthropic
  auth:
    mode: client
  params:
    mode: strict
`,
  },
};

/** A complete bootstrap for stock Envoy. Source of its settings: envoy/envoy.yaml and envoy/examples. */
import type { Plan } from "./plan.ts";
import { indented, jsonOf, lines } from "./text.ts";

const TYPES = "type.googleapis.com/envoy.extensions";

export function envoyDocument(plan: Plan): string {
  return `${lines(
    ...heading(plan),
    "admin:",
    "  address: { socket_address: { address: 127.0.0.1, port_value: 9901 } }",
    "static_resources:",
    "  listeners:",
    `    - ${indented(listener(plan), 6)}`,
    "  clusters:",
    `    - ${indented(cluster(plan), 6)}`,
    plan.auth === "upstream" && plan.provider === "vertex"
      ? `    - ${indented(METADATA_SERVER, 6)}`
      : "",
  )}\n`;
}

function heading({ auth, provider, env }: Plan): string[] {
  if (auth === "keys") return [`# Start with ${env} set; the key is seen by the filter only.`];
  if (auth === "client")
    return ["# Clients send the provider's own key; it is moved into the provider's header."];
  return provider === "bedrock"
    ? [
        "# Requests are signed with the credentials of the machine: environment, files, or its role.",
      ]
    : ["# Access tokens come from the metadata server of the machine. Needs Envoy 1.40."];
}

function listener(plan: Plan): string {
  return `name: clients
address: { socket_address: { address: 0.0.0.0, port_value: ${plan.port} } }
per_connection_buffer_limit_bytes: 67108864 # whole bodies are held; the filter's own limit (32 MiB) answers first
filter_chains:
  - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": ${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: clients
          http2_protocol_options: # over HTTP/2 the window is what limits a held body
            initial_stream_window_size: 67108864
            initial_connection_window_size: 67108864
          route_config:
            virtual_hosts:
              - name: models
                domains: ["*"]
                request_body_buffer_limit: 67108864
                routes:
                  - match: { prefix: / }
                    route:
                      cluster: upstream
                      host_rewrite_literal: ${plan.host}
                      timeout: 0s # the default of 15 s would cut answers short
          http_filters:
            - ${indented(filter(plan), 14)}${tokens(plan)}
            - name: envoy.filters.http.router
              typed_config:
                "@type": ${TYPES}.filters.http.router.v3.Router`;
}

/** The filter's entry in a list of HTTP filters; Istio takes it as it is, too. */
export function filter(plan: Plan): string {
  const environment =
    plan.auth === "keys" ? `\n      environment_variables: { host_env_keys: [${plan.env}] }` : "";
  return `name: messages-bridge
typed_config:
  "@type": ${TYPES}.filters.http.wasm.v3.Wasm
  config:
    name: messages-bridge
    root_id: messages-bridge
    allow_on_headers_stop_iteration: true # without it the filter cannot hold headers until the body is known
    failure_policy: FAIL_RELOAD
    configuration:
      "@type": type.googleapis.com/google.protobuf.StringValue
      value: |
        ${jsonOf(plan.config, 8)}
    vm_config:
      vm_id: messages-bridge
      runtime: envoy.wasm.runtime.v8${environment}
      code: { local: { filename: ${plan.wasm} } }`;
}

function tokens({ auth, provider }: Plan): string {
  if (auth !== "upstream" || provider !== "vertex") return "";
  return `
            - name: envoy.filters.http.gcp_authn
              typed_config:
                "@type": ${TYPES}.filters.http.gcp_authn.v3.GcpAuthnFilterConfig
                cluster: metadata-server
                timeout: 5s`;
}

function cluster(plan: Plan): string {
  const { host } = plan;
  return lines(
    `name: upstream
type: LOGICAL_DNS
connect_timeout: 5s
per_connection_buffer_limit_bytes: 67108864
load_assignment:
  cluster_name: upstream
  endpoints:
    - lb_endpoints:
        - endpoint: { address: { socket_address: { address: ${host}, port_value: 443 } } }
transport_socket:
  name: envoy.transport_sockets.tls
  typed_config:
    "@type": ${TYPES}.transport_sockets.tls.v3.UpstreamTlsContext
    sni: ${host}
    common_tls_context:
      validation_context:
        trusted_ca: { filename: /etc/ssl/certs/ca-certificates.crt }
        match_typed_subject_alt_names:
          - { san_type: DNS, matcher: { exact: ${host} } }`,
    plan.auth === "upstream" ? credentials(plan) : "",
  );
}

function credentials({ provider, region, host }: Plan): string {
  if (provider === "vertex") {
    return `metadata:
  typed_filter_metadata:
    envoy.filters.http.gcp_authn:
      "@type": ${TYPES}.filters.http.gcp_authn.v3.Audience
      access_token: { scopes: ["https://www.googleapis.com/auth/cloud-platform"] }`;
  }
  return `typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": ${TYPES}.upstreams.http.v3.HttpProtocolOptions
    explicit_http_config: { http_protocol_options: {} }
    http_filters:
      - name: envoy.filters.http.aws_request_signing
        typed_config:
          "@type": ${TYPES}.filters.http.aws_request_signing.v3.AwsRequestSigning
          service_name: bedrock
          region: ${region}
          host_rewrite: ${host}
          match_excluded_headers: # what hops on the way may touch is not signed
            - { prefix: x-envoy }
            - { prefix: x-forwarded }
            - { prefix: x-request }
            - { prefix: accept }
            - { exact: user-agent }
            - { exact: te }
      - name: envoy.filters.http.upstream_codec
        typed_config:
          "@type": ${TYPES}.filters.http.upstream_codec.v3.UpstreamCodec`;
}

const METADATA_SERVER = `name: metadata-server
type: LOGICAL_DNS
connect_timeout: 5s
load_assignment:
  cluster_name: metadata-server
  endpoints:
    - lb_endpoints:
        - endpoint: { address: { socket_address: { address: metadata.google.internal, port_value: 80 } } }`;

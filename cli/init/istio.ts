/**
 * Istio with the Gateway API: gateway, route, the upstream outside the mesh, and the filter. Where headers may go before the body is known, the
 * filter is a WasmPlugin, which Istio pulls by itself; else an EnvoyFilter with a mounted module (docs/configuration.md, "Control planes").
 */
import { filter } from "./envoy.ts";
import type { Plan } from "./plan.ts";
import { indented, lines, yamlOf } from "./text.ts";

const MODULE = "/var/lib/messages-bridge/plugin.wasm";

export function istioDocument(plan: Plan): string {
  const isEarly = servesEarly(plan);
  const parts = [
    gateway(plan, !isEarly),
    route(plan),
    outside(plan),
    isEarly ? wasmPlugin(plan) : envoyFilter({ ...plan, wasm: MODULE }),
    limits(),
  ];
  return `${parts.join("\n---\n")}\n`;
}

/** Vertex and Bedrock have the model in the path, so their headers wait for the body. */
function servesEarly({ provider }: Plan): boolean {
  return provider !== "vertex" && provider !== "bedrock";
}

function gateway(plan: Plan, isMounted: boolean): string {
  const overlay = deployment(plan, isMounted);
  return lines(
    `apiVersion: v1
kind: Namespace
metadata: { name: models }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: models, namespace: models }
spec:
  gatewayClassName: istio`,
    overlay === ""
      ? ""
      : '  infrastructure: { parametersRef: { group: "", kind: ConfigMap, name: models } }',
    `  listeners:
    - { name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: Same } } }`,
    overlay,
  );
}

/** What the gateway's pod needs: the key, the module. */
function deployment(plan: Plan, isMounted: boolean): string {
  const env = `
              env:
                - name: ${plan.env}
                  valueFrom: { secretKeyRef: { name: messages-bridge, key: ${plan.env} } }`;
  const mount = `
              volumeMounts: [{ name: messages-bridge, mountPath: /var/lib/messages-bridge }]`;
  const volume = `
          volumes:
            - name: messages-bridge # an image volume; Kubernetes 1.33 or later
              image: { reference: ${plan.image} }`;
  const hasKey = plan.auth === "keys";
  if (!hasKey && !isMounted) return "";
  return `---
apiVersion: v1
kind: ConfigMap
metadata: { name: models, namespace: models }
data:
  deployment: |
    spec:
      template:
        spec:
          containers:
            - name: istio-proxy${hasKey ? env : ""}${isMounted ? mount : ""}${isMounted ? volume : ""}`;
}

function route({ host }: Plan): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: models, namespace: models }
spec:
  parentRefs: [{ name: models }]
  rules:
    - filters: [{ type: URLRewrite, urlRewrite: { hostname: ${host} } }]
      backendRefs: [{ group: networking.istio.io, kind: Hostname, name: ${host}, port: 80 }]
      timeouts: { request: 0s } # answers of the longest models take minutes`;
}

function outside({ host }: Plan): string {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: upstream, namespace: models }
spec:
  hosts: [${host}]
  ports: [{ name: http, number: 80, targetPort: 443, protocol: HTTP }]
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: upstream, namespace: models }
spec:
  host: ${host}
  trafficPolicy:
    portLevelSettings:
      - port: { number: 80 }
        tls: { mode: SIMPLE, sni: ${host} }`;
}

function wasmPlugin(plan: Plan): string {
  const { version, profile } = plan.config;
  const config = { version, request_headers: "early", profile };
  return lines(
    `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: messages-bridge, namespace: models }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: models }]
  url: oci://${plan.image}
  imagePullPolicy: IfNotPresent
  phase: STATS # behind Istio's authentication and authorization
  failStrategy: FAIL_RELOAD
  pluginName: messages-bridge`,
    plan.auth === "keys" ? `  vmConfig: { env: [{ name: ${plan.env}, valueFrom: HOST }] }` : "",
    `  pluginConfig: # early: a WasmPlugin cannot ask Envoy to hold headers
    ${yamlOf(config, 4)}`,
  );
}

function envoyFilter(plan: Plan): string {
  return `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: messages-bridge, namespace: models }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: models }]
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: GATEWAY
        listener:
          filterChain:
            filter:
              name: envoy.filters.network.http_connection_manager
              subFilter: { name: envoy.filters.http.router }
      patch:
        operation: INSERT_BEFORE
        value:
          ${indented(filter(plan), 10)}`;
}

function limits(): string {
  return `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: messages-bridge-limits, namespace: models }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: models }]
  configPatches:
    - applyTo: LISTENER # whole bodies are held
      match: { context: GATEWAY }
      patch:
        operation: MERGE
        value: { per_connection_buffer_limit_bytes: 67108864 }`;
}

/** Envoy Gateway: gateway, route, backend, the module by a policy, and the patch for the one field that the policy lacks. */
import type { Plan } from "./plan.ts";
import { lines, yamlOf } from "./text.ts";

export function envoyGatewayDocument(plan: Plan): string {
  const parts = [
    `# In the EnvoyGateway configuration: extensionApis: { enableBackend: true, enableEnvoyPatchPolicy: true }
${gateway(plan)}`,
    route(plan),
    backend(plan),
    extension(plan),
    patch(),
    limits(),
  ];
  return `${parts.join("\n---\n")}\n`;
}

function gateway(plan: Plan): string {
  const hasKey = plan.auth === "keys";
  return lines(
    `apiVersion: v1
kind: Namespace
metadata: { name: models }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: envoy }
spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: models, namespace: models }
spec:
  gatewayClassName: envoy`,
    hasKey
      ? "  infrastructure: { parametersRef: { group: gateway.envoyproxy.io, kind: EnvoyProxy, name: models } }"
      : "",
    `  listeners:
    - { name: http, port: 80, protocol: HTTP }`,
    hasKey ? proxy(plan) : "",
  );
}

function proxy({ env }: Plan): string {
  return `---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: { name: models, namespace: models }
spec:
  provider:
    type: Kubernetes
    kubernetes:
      envoyDeployment:
        container:
          env:
            - name: ${env}
              valueFrom: { secretKeyRef: { name: messages-bridge, key: ${env} } }`;
}

function route({ host }: Plan): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: claude, namespace: models }
spec:
  parentRefs: [{ name: models }]
  rules:
    - matches: [{ path: { type: PathPrefix, value: / } }]
      backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: upstream }]
      timeouts: { request: 0s } # answers of the longest models take minutes
      filters: [{ type: URLRewrite, urlRewrite: { hostname: ${host} } }]`;
}

function backend({ host }: Plan): string {
  return `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: { name: upstream, namespace: models }
spec:
  endpoints: [{ fqdn: { hostname: ${host}, port: 443 } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: upstream, namespace: models }
spec:
  targetRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: upstream }]
  validation: { hostname: ${host}, wellKnownCACertificates: System }`;
}

function extension(plan: Plan): string {
  return lines(
    `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: { name: messages-bridge, namespace: models }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: claude }]
  wasm:
    - name: messages-bridge
      rootID: messages-bridge
      failOpen: false
      code: { type: Image, image: { url: ${plan.image} } }`,
    plan.auth === "keys" ? `      env: { hostKeys: [${plan.env}] }` : "",
    `      config:
        ${yamlOf(plan.config, 8)}`,
  );
}

function patch(): string {
  return `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyPatchPolicy
metadata: { name: messages-bridge-hold, namespace: models }
spec:
  targetRef: { group: gateway.networking.k8s.io, kind: Gateway, name: models }
  type: JSONPatch
  jsonPatches:
    - type: type.googleapis.com/envoy.config.listener.v3.Listener
      name: models/models/http # namespace/gateway/listener
      operation:
        op: add
        jsonPath: "..http_filters[?(@.name=='envoy.filters.http.wasm/envoyextensionpolicy/models/messages-bridge/wasm/0')].typed_config.config"
        path: allow_on_headers_stop_iteration
        value: true`;
}

function limits(): string {
  return `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ClientTrafficPolicy
metadata: { name: models, namespace: models }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: models }]
  connection: { bufferLimit: 64Mi } # whole bodies are held`;
}

/** Higress: the upstream as a registry entry, an Ingress to it, and the filter as a WasmPlugin. */
import type { Plan } from "./plan.ts";
import { lines, yamlOf } from "./text.ts";

export function higressDocument(plan: Plan): string {
  return `${[registry(plan), ingress(plan), wasmPlugin(plan)].join("\n---\n")}\n`;
}

function registry({ host }: Plan): string {
  return `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default, namespace: higress-system }
spec:
  registries:
    - { name: upstream, type: dns, domain: ${host}, port: 443, protocol: https, sni: ${host} }`;
}

function ingress({ host }: Plan): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: models
  namespace: higress-system
  annotations:
    higress.io/destination: upstream.dns
    higress.io/backend-protocol: HTTPS
    higress.io/proxy-ssl-server-name: "on"
    higress.io/upstream-vhost: ${host}
    higress.io/timeout: "3600" # answers of the longest models take minutes
spec:
  ingressClassName: higress
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default }`;
}

function wasmPlugin(plan: Plan): string {
  return lines(
    `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: messages-bridge, namespace: higress-system }
spec:
  url: oci://${plan.image}
  pluginName: messages-bridge
  phase: UNSPECIFIED_PHASE
  priority: 100
  failStrategy: FAIL_CLOSE`,
    plan.auth === "keys"
      ? `  vmConfig: { env: [{ name: ${plan.env}, valueFrom: HOST }] } # set on the gateway's pod`
      : "",
    `  defaultConfig: # matchRules would become a key that the filter refuses: use the filter's own rules
    ${yamlOf(plan.config, 4)}`,
  );
}

/** APISIX in its standalone mode: what its own configuration needs, and a route. Source of the settings: the folder apisix of the checkout. */
import type { Plan } from "./plan.ts";
import { jsonOf, lines } from "./text.ts";

export function apisixDocument(plan: Plan): string {
  return `${settings(plan)}\n---\n${routes(plan)}\n`;
}

function settings(plan: Plan): string {
  return lines(
    `# conf/config.yaml: the first document. Put the module and the companion plugin at /usr/local/messages-bridge.
deployment:
  role: data_plane
  role_data_plane: { config_provider: yaml }
apisix:
  node_listen: [${plan.port}]
  extra_lua_path: "/usr/local/messages-bridge/?.lua"
nginx_config:`,
    plan.auth === "keys" ? `  envs: [${plan.env}] # nginx hides the rest of its environment` : "",
    `  http_server_location_configuration_snippet: | # where the filter and its companion meet
    set $bridge_ready     '';
    set $bridge_mode      '';
    set $bridge_resp_mode '';
    set $bridge_req_body  '';
    set $bridge_resp_body '';
    proxy_buffering off;
wasm:
  plugins:
    - name: messages-bridge
      priority: 1005 # the companion has 1004: it must run behind
      file: /usr/local/messages-bridge/messages-bridge.wasm
      http_request_phase: access
plugins: # replaces APISIX's list: name all that your routes use, but not proxy-buffering
  - messages-bridge-companion
  - prometheus`,
  );
}

function routes({ config, host }: Plan): string {
  return `# conf/apisix.yaml: the second document, with its last line.
routes:
  - id: models
    uri: /*
    plugins:
      messages-bridge:
        conf: |
          ${jsonOf(config, 10)}
      messages-bridge-companion: {}
    upstream:
      scheme: https
      type: roundrobin
      pass_host: node
      nodes: { "${host}:443": 1 }
      timeout: { connect: 5, send: 60, read: 600 }
#END`;
}

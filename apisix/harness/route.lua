-- Plays the phases of one route in APISIX's order: rewrite and access of all plugins inside nginx's access phase, each phase by priority, so
-- the companion behind the Wasm plugin. Request headers steer faults: `x-test-fault` names where, `x-test-companion: off` leaves the companion out.
local companion = require("apisix.plugins.messages-bridge-companion")
local wasm = require("wasm_plugin")
local ngx = ngx

local _M = {}

local function ctx_of()
    local ctx = ngx.ctx.api_ctx
    if ctx == nil then
        ctx = {}
        ngx.ctx.api_ctx = ctx
    end
    return ctx
end

-- As `core.response.exit` does with what a plugin returns.
local function exit(code, body)
    if code == nil then
        return
    end
    ngx.status = code
    ngx.print(body)
    ngx.exit(code)
end

function _M.access(conf)
    local ctx = ctx_of()
    local headers = ngx.req.get_headers(0)
    ctx.fault = headers["x-test-fault"]
    ctx.companion = headers["x-test-companion"] ~= "off"
    ngx.req.clear_header("x-test-fault")
    ngx.req.clear_header("x-test-companion")
    assert(companion.check_schema({}))
    if ctx.companion then
        companion.rewrite({}, ctx)
    end
    if ctx.fault == "request headers" then
        wasm.fault("proxy_replace_header_map_value")
    end
    wasm.access(conf, ctx)
    if ctx.fault == "no hand-over" then
        ngx.var.bridge_req_body = ""
    end
    if ctx.companion then
        exit(companion.access({}, ctx))
    end
    if ctx.fault == "other context" then
        -- As after an `ngx.exec`: variables are set anew, and the module knows nothing of the request.
        ngx.var.bridge_mode, ctx.id = "", nil
    end
end

function _M.header_filter()
    local ctx = ctx_of()
    if ctx.fault == "response headers" then
        wasm.fault("proxy_remove_header_map_value")
    end
    wasm.header_filter(ctx)
    if ctx.companion then
        companion.header_filter({}, ctx)
    end
end

function _M.body_filter()
    local ctx = ctx_of()
    if ctx.fault == "response body" and ngx.arg[1]:find("two", 1, true) then
        wasm.fault("proxy_get_buffer_bytes")
    end
    wasm.body_filter(ctx)
    if ctx.companion then
        companion.body_filter({}, ctx)
    end
end

function _M.log()
    wasm.log(ctx_of())
end

return _M

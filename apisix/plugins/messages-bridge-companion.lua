-- The companion of the Wasm plugin `messages-bridge`. APISIX's Wasm module lets a filter read bodies and not replace them: the filter
-- writes what is to go on into nginx variables, and this plugin puts it there. It knows nothing of what it moves.
--
-- It fails closed. Whatever the filter has promised for a request and not done (because it trapped, or because the answer is handled by
-- another context than the request) ends in an error or in the end of the answer, never in bytes that nobody has translated.
--
-- Runs behind the Wasm plugin in each phase (a lower priority), and enabled on the same route. See docs/apisix.md.
local core = require("apisix.core")
local ngx = ngx
local concat = table.concat
local sub = string.sub
local type = type

local NAME = "messages-bridge-companion"
local ERROR = [[{"error":{"message":"The gateway's filter did not finish its work on this request.",]]
    .. [["type":"server_error","param":null,"code":"gateway_failed"}}]]

local _M = {
    version = 0.1,
    priority = 1004,
    name = NAME,
    schema = { type = "object", properties = {}, additionalProperties = false },
}

function _M.check_schema(conf)
    return core.schema.check(_M.schema, conf)
end

-- What the filter has handed over, without the mark in front; nil: nothing. "" is something.
local function take(name)
    local value = ngx.var[name]
    if value == nil or value == "" then
        return nil
    end
    ngx.var[name] = ""
    return sub(value, 2)
end

local function answer_json()
    ngx.header["Content-Type"] = "application/json"
end

-- Before the filter runs: it sees only the first of several headers of one name, and asks whether this plugin is on the route.
function _M.rewrite()
    local betas = ngx.req.get_headers(0)["anthropic-beta"]
    if type(betas) == "table" then
        ngx.req.set_header("anthropic-beta", concat(betas, ","))
    end
    ngx.var.bridge_ready = "1"
end

-- Behind the filter: the new body of the request.
function _M.access(_, ctx)
    local mode = ngx.var.bridge_mode
    local body = take("bridge_req_body")
    if body ~= nil then
        ngx.req.read_body()
        ngx.req.set_body_data(body)
    elseif mode == "translate" then
        core.log.error(NAME, ": the filter handed no request body over")
        answer_json()
        return 500, ERROR
    end
    ctx.bridge_promised = mode ~= "" and mode ~= nil
end

function _M.header_filter(_, ctx)
    if not ctx.bridge_promised or ngx.var.bridge_resp_mode ~= "" then
        return
    end
    core.log.error(NAME, ": the filter did not finish with the answer's headers")
    ctx.bridge_closed = true
    ngx.status = 502
    ngx.header["Content-Length"] = nil
    ngx.header["Content-Encoding"] = nil
    answer_json()
end

function _M.body_filter(_, ctx)
    if ctx.bridge_closed then
        ngx.arg[1] = ctx.bridge_told and "" or ERROR
        ctx.bridge_told = true
        return
    end
    local piece = take("bridge_resp_body")
    if piece ~= nil then
        ngx.arg[1] = piece
    elseif ctx.bridge_promised and ngx.var.bridge_resp_mode ~= "pass" then
        core.log.error(NAME, ": the filter handed no piece of the answer over")
        ngx.arg[1] = ""
        ngx.arg[2] = true
    end
end

return _M

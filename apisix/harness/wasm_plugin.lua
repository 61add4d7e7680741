-- The Wasm plugin of a worker: what APISIX's `wasm.lua` and its module do with a module, from what was seen of them: one instance, a root
-- context for each configuration, contexts by id, opt-ins by variables, replies in the request's phases only.
local vm_of = require("vm")
local bit = require("bit")
local ngx = ngx

local OK, NOT_FOUND, BAD_ARGUMENT = 0, 1, 2
local REQUEST, RESPONSE = 0, 2
local REQUEST_BODY, RESPONSE_BODY, CONFIGURATION = 0, 1, 7

local vm
local last_id = 0
local free = {}
local roots = {}
-- The callback that runs: its buffer and what it replies.
local body, body_kind, reply, in_request

local _M = {}

local function header(kind, name)
    if kind == REQUEST then
        if name == ":path" then
            return ngx.var.request_uri
        elseif name == ":method" then
            return ngx.req.get_method()
        elseif name:sub(1, 1) == ":" then
            error("read of " .. name .. " ends the worker on the real module")
        end
        local value = ngx.req.get_headers(0)[name]
        return type(value) == "table" and value[1] or value
    end
    if name == ":status" then
        return tostring(ngx.status)
    end
    local value = ngx.header[name]
    return type(value) == "table" and value[1] or value
end

local function set_header(kind, name, value)
    name = name:lower()
    if kind == REQUEST then
        if name:sub(1, 1) == ":" or name == "content-length" or name == "transfer-encoding" then
            error("edit of " .. name .. " is request smuggling on the real module")
        elseif value == nil then
            ngx.req.clear_header(name)
        else
            ngx.req.set_header(name, value)
        end
    elseif name == ":status" then
        ngx.status = tonumber(value)
    else
        ngx.header[name] = value
    end
    return OK
end

local function pairs_of(data)
    local u32 = function(at)
        local a, b, c, d = data:byte(at + 1, at + 4)
        return a + bit.lshift(b, 8) + bit.lshift(c, 16) + bit.lshift(d, 24)
    end
    local list = {}
    if #data < 4 then
        return list
    end
    local count = u32(0)
    local at = 4 + count * 8
    for i = 0, count - 1 do
        local name_length, value_length = u32(4 + i * 8), u32(8 + i * 8)
        local name = data:sub(at + 1, at + name_length)
        at = at + name_length + 1
        list[#list + 1] = { name, data:sub(at + 1, at + value_length) }
        at = at + value_length + 1
    end
    return list
end

local function functions(v)
    local get = function(address, length)
        return v:read(address, length)
    end
    return {
        proxy_log = function(level, at, length)
            local levels = { [0] = ngx.DEBUG, ngx.DEBUG, ngx.INFO, ngx.WARN, ngx.ERR, ngx.EMERG }
            ngx.log(levels[level], get(at, length))
            return OK
        end,
        proxy_get_buffer_bytes = function(kind, start, size, pointer_slot, size_slot)
            if kind == CONFIGURATION then
                return v:hand(body, pointer_slot, size_slot)
            elseif kind ~= REQUEST_BODY and kind ~= RESPONSE_BODY then
                return 12
            elseif kind ~= body_kind or #body == 0 then
                return NOT_FOUND
            elseif start < 0 or size <= 0 or start >= #body then
                return BAD_ARGUMENT
            end
            return v:hand(body:sub(start + 1, start + size), pointer_slot, size_slot)
        end,
        proxy_get_header_map_value = function(kind, key, key_length, pointer_slot, size_slot)
            local value = header(kind, get(key, key_length):lower())
            if value == nil then
                return NOT_FOUND
            end
            return v:hand(value, pointer_slot, size_slot)
        end,
        proxy_replace_header_map_value = function(kind, key, key_length, at, length)
            return set_header(kind, get(key, key_length), get(at, length))
        end,
        proxy_remove_header_map_value = function(kind, key, key_length)
            return set_header(kind, get(key, key_length), nil)
        end,
        proxy_get_property = function(path, path_length, pointer_slot, size_slot)
            local good, value = pcall(function()
                return ngx.var[get(path, path_length)]
            end)
            if not good or value == nil then
                return NOT_FOUND
            end
            return v:hand(value, pointer_slot, size_slot)
        end,
        proxy_set_property = function(path, path_length, at, length)
            local name, value = get(path, path_length), get(at, length)
            local good, reason = pcall(function()
                ngx.var[name] = value
            end)
            if not good then
                ngx.log(ngx.ERR, reason)
                return NOT_FOUND
            end
            return OK
        end,
        proxy_send_local_response = function(code, _, _, at, length, list, list_length)
            if not in_request then
                return OK
            end
            reply = { status = code, body = get(at, length), headers = pairs_of(get(list, list_length)) }
            return OK
        end,
        proxy_set_effective_context = function()
            return OK
        end,
        proxy_define_metric = function()
            return OK
        end,
        proxy_increment_metric = function()
            return OK
        end,
        proxy_record_metric = function()
            return OK
        end,
    }
end

-- Calls a callback with a body; nil after a trap.
local function run(name, kind, bytes, ...)
    body_kind, body, reply = kind, bytes, nil
    local result = vm:call(name, true, ...)
    body_kind, body = nil, nil
    return result
end

local function take_id(root)
    local list = free[root]
    local id = list and table.remove(list)
    if id == nil then
        last_id = last_id + 1
        id = last_id
    end
    return id
end

-- The root context of a configuration, made when it is first used.
local function root_of(conf)
    if roots[conf] == nil then
        last_id = last_id + 1
        local id = last_id
        vm:call("proxy_on_context_create", false, id, 0)
        local accepted = run("proxy_on_configure", CONFIGURATION, conf, id, #conf)
        if accepted == nil or accepted <= 0 then
            return nil
        end
        roots[conf] = id
    end
    return roots[conf]
end

local function send(answer)
    for _, pair in ipairs(answer.headers) do
        ngx.header[pair[1]] = pair[2]
    end
    ngx.status = answer.status
    ngx.print(answer.body)
    return ngx.exit(answer.status)
end

function _M.load(library, file)
    local handle = assert(io.open(file, "rb"))
    local code = handle:read("*a")
    handle:close()
    vm = vm_of.new(library, code, functions)
end

-- Makes the next call of a host function trap.
function _M.fault(name)
    vm.fault = name
end

-- Bytes of the module's memory.
function _M.memory()
    return vm:size()
end

function _M.access(conf, ctx)
    local root = root_of(conf)
    if root == nil then
        return ngx.exit(503)
    end
    ctx.root, ctx.id = root, take_id(root)
    vm:call("proxy_on_context_create", false, ctx.id, root)
    in_request = true
    local result = run("proxy_on_request_headers", nil, nil, ctx.id, 0, 1)
    local wanted = ngx.var.wasm_process_req_body ~= ""
    ngx.var.wasm_process_req_body = ""
    if result ~= nil and reply == nil and wanted then
        in_request = false
        ngx.req.read_body()
        local bytes = ngx.req.get_body_data() or ""
        local file = bytes == "" and ngx.req.get_body_file()
        if file then
            local handle = assert(io.open(file, "rb"))
            bytes = handle:read("*a")
            handle:close()
        end
        in_request = true
        result = run("proxy_on_request_body", REQUEST_BODY, bytes, ctx.id, #bytes, 1)
    end
    in_request = false
    if result == nil then
        return ngx.exit(503)
    elseif reply ~= nil then
        local answer = reply
        reply = nil
        return send(answer)
    elseif result ~= 0 then
        error("an answer of " .. result .. " ends the worker on the real module")
    end
end

function _M.header_filter(ctx)
    if ctx.id == nil or run("proxy_on_response_headers", nil, nil, ctx.id, 0, 1) == nil then
        return
    end
    ctx.takes = ngx.var.wasm_process_resp_body ~= ""
end

function _M.body_filter(ctx)
    if ctx.takes then
        local piece = ngx.arg[1]
        run("proxy_on_response_body", RESPONSE_BODY, piece, ctx.id, #piece, ngx.arg[2] and 1 or 0)
    end
end

function _M.log(ctx)
    if ctx.id == nil then
        return
    end
    vm:call("proxy_on_done", true, ctx.id)
    vm:call("proxy_on_delete", false, ctx.id)
    local list = free[ctx.root] or {}
    free[ctx.root] = list
    list[#list + 1] = ctx.id
    ctx.id = nil
end

return _M

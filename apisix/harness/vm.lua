-- One instance of a module in the engine, with the imports of APISIX's Wasm module and no others. Host functions are given by name; those
-- that are not given answer 12, as they do there.
local ffi = require("wasmtime")
local imports = require("imports")
local ngx = ngx

-- Callbacks from C into Lua must not come out of compiled code.
jit.off()

local I32, I64 = 0, 1
local FUNC, MEMORY = 0, 3
local UNIMPLEMENTED, INTERNAL, INVALID_MEMORY = 12, 10, 6

local _M = {}
local mt = { __index = _M }

local lib

local function text_of(vec)
    local text = ffi.string(vec[0].data, vec[0].size)
    lib.wasm_byte_vec_delete(vec)
    return text
end

-- Throws what the engine says.
local function check(what, err, trap)
    local vec = ffi.new("wasm_byte_vec_t[1]")
    if err ~= nil then
        lib.wasmtime_error_message(err, vec)
        lib.wasmtime_error_delete(err)
        error(what .. ": " .. text_of(vec), 0)
    end
    if trap ~= nil and trap[0] ~= nil then
        lib.wasm_trap_message(trap[0], vec)
        lib.wasm_trap_delete(trap[0])
        error(what .. ": " .. text_of(vec), 0)
    end
end

local function types(signature)
    local list = ffi.new("wasm_valtype_t*[?]", #signature + 1)
    for i = 1, #signature do
        list[i - 1] = lib.wasm_valtype_new(signature:sub(i, i) == "I" and I64 or I32)
    end
    local vec = ffi.new("wasm_valtype_vec_t[1]")
    lib.wasm_valtype_vec_new(vec, #signature, list)
    return vec
end

-- Links everything of `imports`. One callback serves all: the data pointer is the function's number.
local function link(self, linker, functions)
    local order = {}
    self.callback = ffi.cast("wasmtime_func_callback_t", function(env, _, args, nargs, results)
        local entry = order[tonumber(ffi.cast("intptr_t", env))]
        if self.fault ~= nil and self.fault == entry.name then
            self.fault = nil
            local message = "made by a test"
            return lib.wasmtime_trap_new(message, #message)
        end
        local list = {}
        for i = 0, tonumber(nargs) - 1 do
            list[i + 1] = args[i].kind == I64 and tonumber(args[i].of.i64) or args[i].of.i32
        end
        local good, status = true, UNIMPLEMENTED
        if entry.run ~= nil then
            good, status = pcall(entry.run, unpack(list))
        end
        if not good then
            ngx.log(ngx.ERR, "host function ", entry.name, ": ", status)
            status = INTERNAL
        end
        results[0].kind = I32
        results[0].of.i32 = status
        return nil
    end)
    for name, signature in pairs(imports) do
        order[#order + 1] = { name = name, run = functions[name] }
        local functype = lib.wasm_functype_new(types(signature), types("i"))
        local number = ffi.cast("void *", #order)
        check("link", lib.wasmtime_linker_define_func(linker, "env", 3, name, #name, functype, self.callback, number, nil))
    end
end

-- Links and initialises what the engine has compiled before. `functions(vm)` gives the host functions. Throws with the engine's words.
function _M.new(library, code, functions)
    lib = lib or ffi.load(library)
    local self = setmetatable({}, mt)
    local engine = lib.wasm_engine_new()
    local module = ffi.new("wasmtime_module_t*[1]")
    check("load", lib.wasmtime_module_deserialize(engine, ffi.cast("const uint8_t *", code), #code, module))
    local store = lib.wasmtime_store_new(engine, nil, nil)
    self.context = lib.wasmtime_store_context(store)
    local wasi = lib.wasi_config_new()
    lib.wasi_config_inherit_env(wasi)
    check("wasi", lib.wasmtime_context_set_wasi(self.context, wasi))
    local linker = lib.wasmtime_linker_new(engine)
    check("wasi", lib.wasmtime_linker_define_wasi(linker))
    link(self, linker, functions(self))
    self.instance = ffi.new("wasmtime_item_t[1]")
    local trap = ffi.new("wasm_trap_t*[1]")
    check("instantiate", lib.wasmtime_linker_instantiate(linker, self.context, module[0], self.instance, trap), trap)
    self.funcs = {}
    self.memory = self:export("memory", MEMORY)
    if self.memory == nil then
        error("the wasm plugin doesn't export memory", 0)
    end
    self:call(self:export("_start", FUNC) and "_start" or "_initialize", false)
    return self
end

function _M.export(self, name, kind)
    local out = ffi.new("wasmtime_extern_t[1]")
    if not lib.wasmtime_instance_export_get(self.context, self.instance, name, #name, out) then
        return nil
    end
    if out[0].kind ~= kind then
        return nil
    end
    local item = ffi.new("wasmtime_item_t[1]")
    item[0] = out[0].of.item
    return item
end

-- Calls an export with i32 arguments; answers its i32 result, or nil and the reason after a trap.
function _M.call(self, name, has_result, ...)
    local func = self.funcs[name] or self:export(name, FUNC)
    self.funcs[name] = func
    if func == nil then
        return 0
    end
    local count = select("#", ...)
    local args = ffi.new("wasmtime_val_t[?]", count + 1)
    for i = 1, count do
        args[i - 1].kind = I32
        args[i - 1].of.i32 = select(i, ...)
    end
    local results = ffi.new("wasmtime_val_t[1]")
    local trap = ffi.new("wasm_trap_t*[1]")
    local err = lib.wasmtime_func_call(self.context, func, args, count, results, has_result and 1 or 0, trap)
    local good, reason = pcall(check, "failed to call function", err, trap)
    if not good then
        ngx.log(ngx.ERR, name, ": ", reason)
        return nil, reason
    end
    return has_result and results[0].of.i32 or 0
end

function _M.bytes(self)
    return lib.wasmtime_memory_data(self.context, self.memory)
end

function _M.size(self)
    return tonumber(lib.wasmtime_memory_data_size(self.context, self.memory))
end

-- Reads a string of the module's.
function _M.read(self, address, length)
    return ffi.string(self:bytes() + bit.tobit(address), length)
end

function _M.write_u32(self, address, value)
    ffi.cast("uint32_t *", self:bytes() + address)[0] = value
end

-- Hands bytes over through the module's allocator; an empty value leaves the address as it was.
function _M.hand(self, data, pointer_slot, size_slot)
    self:write_u32(size_slot, #data)
    if #data == 0 then
        return 0
    end
    local address = self:call("proxy_on_memory_allocate", true, #data)
    if address == nil or address == 0 then
        return INTERNAL
    end
    if address + #data > self:size() then
        return INVALID_MEMORY
    end
    ffi.copy(self:bytes() + address, data, #data)
    self:write_u32(pointer_slot, address)
    return 0
end

return _M

-- What the companion uses of `apisix.core`.
local ngx = ngx

return {
    log = {
        error = function(...)
            ngx.log(ngx.ERR, ...)
        end,
    },
    schema = {
        -- Enough for a schema without properties.
        check = function(schema, conf)
            for key in pairs(conf) do
                if schema.properties[key] == nil and schema.additionalProperties == false then
                    return false, "additional properties forbidden, found " .. key
                end
            end
            return true
        end,
    },
}

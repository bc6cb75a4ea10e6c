-- One remembered decision, checked and recorded in one step; false when it has to be made anew.
-- KEYS: decision, instance, audit stream.
-- ARGV: study, series and SOP Instance UID, frame, source address, key of the epochs.
local decision = redis.call('HMGET', KEYS[1], 'epochs', 'user', 'who')
if not decision[1] then return false end
local known = redis.call('MGET', ARGV[6], ARGV[6] .. ':' .. decision[2], KEYS[2])
if decision[1] ~= (known[1] or '0') .. '/' .. (known[2] or '0') then return false end
if not known[3] then return false end
local study, series, frames, place = string.match(known[3], '^(%S+) (%S+) (%d+) (.+)$')
if study ~= ARGV[1] or series ~= ARGV[2] or tonumber(ARGV[4]) > tonumber(frames) then return false end
local burst = decision[3] .. ',"object_id":"' .. series .. '","source_ip":"' .. ARGV[5] .. '"}'
redis.call('XADD', KEYS[3], '*', 'burst', burst, 'item', ARGV[3] .. ' ' .. ARGV[4])
return place

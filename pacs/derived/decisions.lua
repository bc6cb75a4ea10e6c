-- Check a cached decision and record the access, atomically; false if nothing valid is cached.
-- KEYS: decision, series, audit stream.
-- ARGV: study, series and SOP Instance UID, frame, source address, key of the epochs, the kinds of
-- instances that can be answered (their value ends in one of these letters).
local decision = redis.call('HMGET', KEYS[1], 'epochs', 'user', 'who')
if not decision[1] then return false end
local now = redis.call('MGET', ARGV[6], ARGV[6] .. ':' .. decision[2])
if decision[1] ~= (now[1] or '0') .. '/' .. (now[2] or '0') then return false end
local known = redis.call('HMGET', KEYS[2], 'study', ARGV[3])
if known[1] ~= ARGV[1] or not known[2] then return false end
local frames, place = string.match(known[2], '^(%d+) (.+)$')
if tonumber(ARGV[4]) > tonumber(frames) then return false end
if not string.find(ARGV[7], string.sub(place, -1), 1, true) then return false end
local burst = decision[3] .. ',"object_id":"' .. ARGV[2] .. '","source_ip":"' .. ARGV[5] .. '"}'
redis.call('XADD', KEYS[3], '*', 'burst', burst, 'item', ARGV[3] .. ' ' .. ARGV[4])
return place

-- Check a cached decision and record the access, atomically; false if nothing valid is cached.
-- KEYS: decision, series.
-- ARGV: the claim (MAC of the decision, its epochs, its user, key of the epochs, audit stream), what
-- is asked (study and SOP Instance UID, frame, the kinds of instances that can be answered: their
-- place ends in one of these letters), and the entry of the stream: burst, item, time, MAC. They are
-- few, because each costs the caller more than all of this script.
-- What gives a right is in ARGV: the caller has checked it. The caller checks what is returned too.
-- The stream is no key: its writer may not read it, and who names a key must be allowed both.
local mac, epochs, user, everybody, stream =
    string.match(ARGV[1], '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
local study, instance, frame, kinds = string.match(ARGV[2], '^(%S+) (%S+) (%d+) (%S*)$')
if redis.call('HGET', KEYS[1], 'mac') ~= mac then return false end
local now = redis.call('MGET', everybody, everybody .. ':' .. user)
if epochs ~= (now[1] or '0') .. '/' .. (now[2] or '0') then return false end
local known = redis.call('HMGET', KEYS[2], 'study', instance)
if known[1] ~= study or not known[2] then return false end
local frames, place = string.match(known[2], '^(%d+) (.+) %S+$')
if not frames or tonumber(frame) > tonumber(frames) then return false end
if not string.find(kinds, string.sub(place, -1), 1, true) then return false end
redis.call('XADD', stream, '*', 'burst', ARGV[3], 'item', ARGV[4], 'at', ARGV[5], 'mac', ARGV[6])
return known[2]

-- Check a cached decision and record the access, atomically; false if nothing valid is cached.
-- KEYS: decision, series. The audit stream is no key: its writer may not read it, and who names a
-- key must be allowed both.
-- ARGV: MAC of the decision, its epochs, its user, key of the epochs; study and SOP Instance UID,
-- frame, the kinds of instances that can be answered (their place ends in one of these letters);
-- the audit stream, and the fields of its entry.
-- What gives a right is in ARGV: the caller has checked it. The caller checks what is returned too.
if redis.call('HGET', KEYS[1], 'mac') ~= ARGV[1] then return false end
local now = redis.call('MGET', ARGV[4], ARGV[4] .. ':' .. ARGV[3])
if ARGV[2] ~= (now[1] or '0') .. '/' .. (now[2] or '0') then return false end
local known = redis.call('HMGET', KEYS[2], 'study', ARGV[6])
if known[1] ~= ARGV[5] or not known[2] then return false end
local frames, place = string.match(known[2], '^(%d+) (.+) %S+$')
if not frames or tonumber(ARGV[7]) > tonumber(frames) then return false end
if not string.find(ARGV[8], string.sub(place, -1), 1, true) then return false end
redis.call('XADD', ARGV[9], '*', unpack(ARGV, 10))
return known[2]

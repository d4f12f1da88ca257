-- Posts Baileys `messages.upsert` documents of about 1 KB: texts, replies and group messages in BENCH_CHATS=500 chats. Every
-- message id occurs once: a tag of the run (BENCH_TAG, 6 hex digits) and a counter. The rest of a request is
-- made beforehand.
--
-- Posts for BENCH_SECONDS from the first request on, then sends nothing more, so that every post has its answer before
-- wrk ends (give wrk 2 s more): what the relay has accepted is known exactly. One thread only.

local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long seconds, nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
]])

local chats, forms = tonumber(os.getenv("BENCH_CHATS") or 500), 3
local duration = tonumber(os.getenv("BENCH_SECONDS") or 15)
local request_parts, counter = {}, 0
local tag = os.getenv("BENCH_TAG") or "000000"
local session = os.getenv("BENCH_SESSION") or "bench"
-- With more than one, the chats belong in turn to the sessions bench-0, bench-1, …
local sessions = tonumber(os.getenv("BENCH_SESSIONS") or 1)

local words = {
  [[Bom dia! Tudo bem? Queria saber do pedido 4512, que era para ter chegado ontem à tarde.]],
  [[Oi, vocês abrem no sábado? Preciso trocar a peça que comprei na semana passada 🙏]],
  [[Perfeito, obrigada! Pode mandar a nota fiscal e o código de rastreio por aqui mesmo?]],
  [[Consegui pagar agora pelo Pix, segue o comprovante. Qual o prazo de entrega para Campinas?]],
  [[I think the invoice has the wrong address on it \u2014 could you check and send me a new one please?]],
  [[Estou na portaria, mas ninguém atende. Vou esperar mais dez minutos e depois volto amanhã cedo.]],
  [[Segue o endereço: Rua das Laranjeiras, 210, apto 34, bloco B, perto da padaria \"Pão Quente\".]],
}

local benchmark_thread
function setup(thread)
  benchmark_thread = thread
end

local moment = ffi.new("moment")
local function monotonic()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

local function text(chat, form)
  local one = words[(chat + form) % #words + 1]
  return one .. " " .. words[(chat * 3 + form) % #words + 1]
end

-- The document with `"id":"@"` where the message id goes.
local function document(chat, form)
  local group = chat % 4 == 3
  local contact = string.format("55119%08d@s.whatsapp.net", 90000000 + chat)
  local jid = group and string.format("1203630%011d@g.us", chat) or contact
  local participant = group and ',"participant":"' .. contact .. '"' or ""
  local context = '"messageContextInfo":{"deviceListMetadata":{"senderKeyHash":"Yk1pQ3hRb0pLbA==",'
    .. '"senderTimestamp":"1763900000","recipientKeyHash":"c0V4Vm5TQnpGdw==","recipientTimestamp":"1763900001"},'
    .. '"deviceListMetadataVersion":2,"messageSecret":"3p9cQmJr0o3bW2Y5bXUu8f1lq7Qw0o2y1mJq1fH8c1s="}'
  local message
  if form == 2 then
    message = '"extendedTextMessage":{"text":"' .. text(chat, form) .. '","previewType":"NONE",'
      .. '"contextInfo":{"stanzaId":"3EB0A1B2C3D4E5F60718","participant":"5511988887777@s.whatsapp.net",'
      .. '"quotedMessage":{"conversation":"' .. words[chat % #words + 1] .. '"}},"inviteLinkGroupTypeV2":"DEFAULT"}'
  elseif form == 1 then
    message = '"extendedTextMessage":{"text":"' .. text(chat, form) .. ' https://loja.example.com/p/' .. chat
      .. '","matchedText":"https://loja.example.com/p/' .. chat .. '","title":"Loja","previewType":"NONE"}'
  else
    message = '"conversation":"' .. text(chat, form) .. " " .. text(chat + 2, form) .. '"'
  end
  -- With null as the message a document is read like any other, and contains no event.
  local member = os.getenv("BENCH_NO_EVENT") and '"message":null,"content":{' or '"message":{'
  local owner = sessions > 1 and session .. "-" .. chat % sessions or session
  return '{"session":"' .. owner .. '","event":"messages.upsert","data":{"type":"notify","messages":['
    .. '{"key":{"remoteJid":"' .. jid .. '","fromMe":false,"id":"@"' .. participant .. '},"messageTimestamp":'
    .. os.time() .. ',"pushName":"Cliente ' .. chat .. '","broadcast":false,"status":2,' .. member .. message .. ","
    .. context .. "}}]}}"
end

function init()
  for number = 0, chats * forms - 1 do
    local body = document(number % chats, math.floor(number / chats))
    local head, tail = body:match('^(.-"id":")@(".*)$')
    local length = #head + 20 + #tail
    request_parts[number] = {
      "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
        .. "\r\nContent-Type: application/json\r\nContent-Length: " .. length .. "\r\n\r\n" .. head,
      tail,
    }
  end
end

-- Global, for `done` to read.
posted, seconds = 0, 0
local first

function request()
  local now = monotonic()
  if counter > 0 then
    first = first or now
    if now - first >= duration then return "" end -- an empty request: wrk waits, the server sees nothing
    posted, seconds = posted + 1, now - first
  end -- wrk asks for one request beforehand, to look at it
  counter = counter + 1
  -- 7919, a prime, has no factor in common with 1,500 or 6,000: the chats come in a mixed order, each as often as the others.
  local parts = request_parts[counter * 7919 % (chats * forms)]
  return parts[1] .. string.format("3EB0%s%010X", tag, counter) .. parts[2]
end

function done(summary, latency)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"posted":%d,"answered":%d,"refused":%d,"broken":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f}\n',
    benchmark_thread:get("posted"), summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, benchmark_thread:get("seconds"),
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end

import Glibc
import OldJQ
import RelayJQ
import RelayJSON

func now() -> Double { var t = timespec(); clock_gettime(CLOCK_MONOTONIC, &t); return Double(t.tv_sec) * 1e9 + Double(t.tv_nsec) }
func best(_ n: Int, _ body: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<7 { let s = now(); for _ in 0..<n { try body() }; least = min(least, (now() - s) / Double(n)) }
    return least
}
let event = try JSON(parsing: #"""
{"event":"message.received","sessionId":"demo","eventId":"evt_0123456789abcdef","timestamp":1700000000123,"payload":{"chatId":"5511999999999@s.whatsapp.net","chatKind":"direct","messageId":"3EB0ABCDEF0123456789","fromMe":false,"isGroup":false,"senderId":"5511999999999@s.whatsapp.net","senderName":"Maria Silva","pushName":"Maria","timestamp":1700000000,"content":{"type":"text","text":"Olá, preciso de ajuda com o pedido 12345"},"quoted":null,"mentions":[],"raw_media":null,"contactName":"Maria Silva","labels":["a","b"]}}
"""#)
let ten = #"{id: .eventId, type: .event, session: .sessionId, chat: .payload.chatId, from: .payload.senderId, name: (.payload.contactName // .payload.pushName), text: .payload.content.text, at: .payload.timestamp, me: .payload.fromMe, group: .payload.isGroup}"#
let long = ##".payload | {chatId, text: (.content.text | ascii_downcase | gsub("[0-9]"; "#")), n: (.labels | map("x" + .) | join(","))}"##
let sources: [String] = [".payload.chatId == \"status@broadcast\"", ten, long, "[range(1000)|.*2]|add", ".payload|with_entries(select(.value != null))", ".payload.content.text|test(\"pedido [0-9]+\")"]
for source in sources {
    let new = try RelayJQ.JQProgram(source), old = try OldJQ.JQProgram(source)
    let a = try best(2000) { _ = try new.evaluate(event) }
    let b = try best(200) { _ = try old.evaluate(event) }
    let c = try best(200) { _ = try RelayJQ.JQProgram(source) }
    let d = try best(3) { _ = try OldJQ.JQProgram(source) }
    print("\(source.prefix(40)): new \(Int(a)) ns, old \(Int(b)) ns: \(Int(b / a * 10)) /10x; compile new \(Int(c / 1000)) µs, old \(Int(d / 1000)) µs: \(Int(d / c))x")
}

import Glibc
import LibJQ
import RelayJQ
import RelayJSON

// Both evaluators on the same event, as the relay has it: with libjq the conversion to its values and back is part of an
// evaluation. Each figure is the best of several runs. Arguments: parts of the names of the cases to run; `--own` before
// them leaves libjq out, for a profiler.

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// The least time of one call, in nanoseconds.
func best(of count: Int, _ body: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<7 {
        let start = now()
        for _ in 0..<count { try body() }
        least = min(least, (now() - start) / Double(count))
    }
    return least
}

let event = try JSON(
    parsing: #"""
        {"event":"message.received","sessionId":"demo","eventId":"evt_0123456789abcdef","timestamp":1700000000123,
        "payload":{"chatId":"5511999999999@s.whatsapp.net","chatKind":"direct","messageId":"3EB0ABCDEF0123456789",
        "fromMe":false,"isGroup":false,"senderId":"5511999999999@s.whatsapp.net","senderName":"Maria Silva",
        "pushName":"Maria","timestamp":1700000000,
        "content":{"type":"text","text":"Olá, preciso de ajuda com o pedido 12345"},"quoted":null,"mentions":[],
        "raw_media":null,"contactName":"Maria Silva","labels":["a","b"]}}
        """#)

let cases: [(name: String, source: String)] = [
    ("condition", #".payload.chatId == "status@broadcast""#),
    ("condition with and", #".event == "message.received" and .payload.isGroup == false"#),
    (
        "ten fields",
        """
        {id: .eventId, type: .event, session: .sessionId, chat: .payload.chatId, from: .payload.senderId,
        name: (.payload.contactName // .payload.pushName), text: .payload.content.text, at: .payload.timestamp,
        me: .payload.fromMe, group: .payload.isGroup}
        """
    ),
    (
        "payload of ten fields",
        ".payload | {chatId, chatKind, messageId, fromMe, isGroup, senderId, senderName, timestamp, content, labels}"
    ),
    ("addition to the payload", #".payload + {team: "duty"}"#),
    ("change of a member", #".payload | .content.text |= ascii_downcase"#),
    (
        "text",
        ##".payload | {chatId, text: (.content.text | ascii_downcase | gsub("[0-9]"; "#")), n: (.labels | map("x" + .) | join(","))}"##
    ),
    ("loop", "[range(1000) | . * 2] | add"),
    ("entries", ".payload | with_entries(select(.value != null))"),
    ("regular expression", #".payload.content.text | test("pedido [0-9]+")"#),
]
let isAlone = CommandLine.arguments.contains("--own")
let wanted = CommandLine.arguments.dropFirst().filter { $0 != "--own" }

print("| | relay | libjq 1.6 | times | compile: relay | libjq 1.6 | times |\n|---|---|---|---|---|---|---|")
for (name, source) in cases where wanted.isEmpty || wanted.contains(where: { name.contains($0) }) {
    let own = try RelayJQ.JQProgram(source)
    if isAlone {
        let time = try best(of: 100) { _ = try own.evaluate(event) }
        print(name, Int(try best(of: Int(100_000_000 / time)) { _ = try own.evaluate(event) }), "ns")
        continue
    }
    let other = try LibJQ.JQProgram(source)
    let isCondition = name.contains("condition")
    func evaluate() throws { _ = isCondition ? try own.isTrue(event) ? [] : [] : try own.evaluate(event) }
    func evaluateOther() throws { _ = isCondition ? try other.isTrue(event) ? [] : [] : try other.evaluate(event) }
    let a = try best(of: 2_000, evaluate)
    let b = try best(of: 200, evaluateOther)
    let c = try best(of: 200) { _ = try RelayJQ.JQProgram(source) }
    let d = try best(of: 3) { _ = try LibJQ.JQProgram(source) }
    print(
        "| \(name) | \(Int(a)) ns | \(Int(b)) ns | \((b / a * 10).rounded() / 10) |"
            + " \(Int(c / 1000)) µs | \(Int(d / 1000)) µs | \(Int(d / c)) |")
}

import Foundation
import RelayJSON
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct BigQueueTests {
    private static let total = 20_000
    private static let inADocument = 500

    /// The document that a bridge posts after a day without the relay: many messages, each of a different chat.
    private static func document(_ number: Int) -> JSON {
        let messages = (0..<inADocument).map { index -> JSON in
            let serial = number * inADocument + index
            return [
                "key": [
                    "remoteJid": .string("55119\(10_000_000 + serial)@s.whatsapp.net"), "fromMe": false,
                    "id": .string("M\(serial)"),
                ],
                "messageTimestamp": 1_763_000_000,
                "message": ["conversation": .string("mensagem \(serial)")],
            ]
        }
        return [
            "session": "main", "event": "messages.upsert", "data": ["type": "notify", "messages": .array(messages)],
        ]
    }

    /// The peak memory use of the process, in KiB.
    private func peakMemory(of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ").dropFirst().first ?? ""))
    }

    /// The queue is on disk: a long queue survives a kill, uses little memory, and is delivered when its receiver is
    /// available again.
    @Test
    func aLongQueueSurvivesAKillInLittleMemory() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.stop()
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession(
            "main", webhook: ["url": .string(receiver.url), "retry": "patient", "max_in_flight": 64])
        for number in 0..<(Self.total / Self.inADocument) {
            let answer = try await relay.call("POST", "/in/baileys", Self.document(number))
            #expect(answer.document["data"]?["accepted"]?.int == Int64(Self.inADocument))
        }
        try await relay.eventually("all are queued") {
            try await relay.count("queued", "in_flight") == Self.total
        }
        let before = try peakMemory(of: relay.processID)
        try await relay.end(SIGKILL)

        try await relay.start()
        #expect(try await relay.call("GET", "/readyz").status == 200)
        #expect(relay.output.contains("deliveries from before"), "\(relay.output)")
        #expect(try await relay.count("queued", "in_flight") == Self.total)
        try receiver.restart()
        try await relay.eventually("all delivered") {
            try await relay.count("delivered") == Self.total
        }
        let after = try peakMemory(of: relay.processID)
        #expect(before < 300 << 10, "taking them in took \(before) KiB")
        #expect(after < 300 << 10, "sending them took \(after) KiB")
        #expect(Set(receiver.requests.compactMap { $0.header("x-zaphub-delivery") }).count == Self.total)
        print("peak memory: \(before) KiB taking \(Self.total) in, \(after) KiB sending them")
    }
}

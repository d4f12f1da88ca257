import Foundation
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// Events and filters that would take all memory or all time, in a relay process: others are delivered meanwhile, and
/// the memory of the process stays bounded.
@Suite(.limitedConcurrency)
struct PoisonFlowTests {
    /// Each is harmless for events without the member `poison`.
    private static let expressions = [
        ".payload | .x = (if .poison then reduce .items[] as $i ([]; .[$i.position] = 1) else 1 end)",
        ".payload | .x = (if .poison then null | setpath([800000000]; 1) else 1 end)",
        ".payload | .x = (if .poison then \"#\" * .score else 1 end)",
        ".payload | .x = (if .poison then [range(.score)] else 1 end)",
        ".payload | .x = (if .poison then last(repeat(1)) else 1 end)",
        ".payload | .x = (if .poison then reduce range(40) as $i ([1]; [., .]) | tojson else 1 end)",
        ".payload | .x = (if .poison then \"x\" | until(false; . + .) else 1 end)",
        ".payload | .x = (if .poison then def f: [f]; f else 1 end)",
    ]

    private static func message(_ id: String, kind: Int, isPoison: Bool) -> JSON {
        [
            "event": "message.received", "sessionId": "main",
            "payload": [
                "messageId": .string(id), "chatId": .string("55119999990\(kind + 10)@s.whatsapp.net"),
                "kind": .int(Int64(kind)), "poison": .bool(isPoison), "score": 1_000_000_000,
                "items": [["position": 1_000_000_000]],
            ],
        ]
    }

    /// The greatest resident memory of the process so far, in MiB.
    private static func peakMemory(of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first) / 1024
    }

    @Test func poisonIsADeadLetterAndEverythingElseIsDelivered() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let stages = Self.expressions.enumerated().map { number, expression in
            "  - transform: '\(expression)'\n    when: .payload.kind == \(number)\n"
        }
        let relay = try RelayProcess(pipeline: "stages:\n" + stages.joined() + "  - deliver: [session]\n")
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        // Filters that would take gigabytes, while the events come.
        var taps: [TapStream] = []
        for filter in ["[range(1e9)]", "last(repeat(1))", "reduce%20range(1e9)%20as%20$i%20([];[.])"] {
            taps.append(try await relay.tap("point=accepted&filter=\(filter)"))
        }
        let before = try Self.peakMemory(of: relay.processID)
        for round in 0..<2 {
            for kind in Self.expressions.indices {
                for (part, isPoison) in [false, true, false].enumerated() {
                    let id = "M\(round)-\(kind)-\(part)"
                    let answer = try await relay.call(
                        "POST", "/in/native", Self.message(id, kind: kind, isPoison: isPoison))
                    #expect(answer.status == 200)
                }
            }
        }
        let expected = 4 * Self.expressions.count
        try await relay.eventually("the others are delivered") { try await relay.count("delivered") == expected }
        let letters = try await relay.call("GET", "/api/v1/dead-letters?limit=100")
        let reasons = (letters.document["data"]?.array ?? []).map { $0["dead_reason"]?.string ?? $0["reason"]?.string }
        #expect(reasons == Array(repeating: "stage_failed", count: 2 * Self.expressions.count))
        // A budget of 64 MiB for the pipeline, one of 8 MiB for the filters, and what the allocator keeps of both.
        let after = try Self.peakMemory(of: relay.processID)
        #expect(after - before < 400, "from \(before) to \(after) MiB")
        for var tap in taps {
            let note = try await tap.until { $0.name == "note" }.last
            #expect(note?.data["message"]?.string?.contains("was stopped") == true)
        }
    }
}

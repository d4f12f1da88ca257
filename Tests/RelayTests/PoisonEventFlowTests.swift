import Foundation
import RelayJSON
import RelayTesting
import Testing

/// An event that ends the process whenever a stage runs on it.
@Suite(.serialized, .limitedConcurrency)
struct PoisonEventFlowTests {
    private static let pipeline = """
        stages:
          - persist
          - crash: poison
          - deliver: [session]
        """

    /// Starts the process again and again until it stays. Returns how often it died.
    private func deaths(of relay: RelayProcess, expecting count: Int) async throws -> Int {
        for number in 0...count {
            // It can die before it listens, and after.
            do { try await relay.start() } catch is ChildProcessError {
                _ = try? await relay.waitForEnd()
                continue
            }
            if number == count { return number }
            #expect(try await relay.waitForEnd() == -SIGKILL)
        }
        return count + 1
    }

    private static func letters(of relay: RelayProcess) async throws -> [JSON] {
        try await relay.call("GET", "/api/v1/dead-letters").document["data"]?.array ?? []
    }

    @Test func anEventThatEndsTheProcessIsSetAsideAndItsNeighboursAreDelivered() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline, program: "CrashingRelay")
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        _ = try await relay.call("POST", "/in/baileys", baileysText("M0"))
        try await relay.eventually("the first is delivered") { try await relay.count("delivered") == 1 }
        // One batch: neighbours of the same chat and of another, before and after.
        let batch = [
            baileysText("A1"), baileysText("B1", chat: "5511999999002"), baileysText("P", text: "poison"),
            baileysText("A2"), baileysText("B2", chat: "5511999999002"),
        ]
        for message in batch { _ = try? await relay.call("POST", "/in/baileys", message) }
        let first = try await relay.waitForEnd()
        #expect(first == -SIGKILL)
        // It died before the event was stored. A caller that got no answer posts again, and the event is stored first.
        try await relay.start()
        for message in batch { _ = try? await relay.call("POST", "/in/baileys", message) }
        #expect(try await relay.waitForEnd() == -SIGKILL)
        // Once more it dies alone.
        #expect(try await deaths(of: relay, expecting: 1) == 1)
        for message in batch { _ = try await relay.call("POST", "/in/baileys", message) }
        try await relay.eventually("the neighbours are delivered") { try await relay.count("delivered") == 5 }
        let letters = try await Self.letters(of: relay)
        let letter = try #require(letters.first)
        #expect(letters.count == 1)
        #expect(letter["reason"] == "crashed" && letter["destination"] == "pipeline/default")
        #expect(letter["last_error"]?.string?.contains("default/crash") == true, "\(letter.text)")
        // A request that was under way when the process died is sent again.
        var seen: Set<String> = []
        let order = receiver.requests.compactMap { try? JSON(parsing: $0.body)["payload"]?["messageId"]?.string }
            .filter { seen.insert($0).inserted }
        #expect(order.filter { $0.hasPrefix("A") } == ["A1", "A2"])
        #expect(order.filter { $0.hasPrefix("B") } == ["B1", "B2"])
    }

    @Test func whatWasSetAsideCanBeReplayed() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline, program: "CrashingRelay")
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        _ = try? await relay.call("POST", "/in/baileys", baileysText("P", text: "poison"))
        #expect(try await relay.waitForEnd() == -SIGKILL)
        try await relay.start()
        _ = try? await relay.call("POST", "/in/baileys", baileysText("P", text: "poison"))
        #expect(try await relay.waitForEnd() == -SIGKILL)
        #expect(try await deaths(of: relay, expecting: 1) == 1)
        try await relay.eventually("it is a dead letter") { try await Self.letters(of: relay).count == 1 }
        try await relay.end()
        // The stage is mended.
        let mended = try RelayProcess(
            pipeline: Self.pipeline.replacing("crash: poison", with: "crash: another"), folder: relay.folder,
            program: "CrashingRelay")
        defer { mended.remove() }
        try await mended.start()
        let id = try #require(try await Self.letters(of: mended).first?["id"]?.string)
        let answer = try await mended.call("POST", "/api/v1/dead-letters/\(id)/replay")
        #expect((200...202).contains(answer.status), "\(answer.document.text)")
        try await mended.eventually("it is delivered") { try await mended.count("delivered") == 1 }
    }

    /// Kills that have nothing to do with the events.
    @Test func twoHundredKillsSetNoneAside() async throws {
        let kills = 200
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url), "retry": "patient"])
        let seed = UInt64.random(in: 0...UInt64.max)
        print("twoHundredKillsSetNoneAside: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<kills {
            let end = ContinuousClock.now + .milliseconds(Int.random(in: 0...40, using: &random))
            var number = 0
            repeat {
                let text = baileysText("M\(round)-\(number)", chat: "551199999\(1000 + number % 7)")
                if try await relay.call("POST", "/in/baileys", text).status == 200 { accepted += 1 }
                number += 1
            } while ContinuousClock.now < end
            try await relay.end(SIGKILL)
            try await relay.start()
        }
        #expect(accepted >= kills)
        try await relay.eventually("everything is delivered") { try await relay.count("delivered") == accepted }
        #expect(try await Self.letters(of: relay) == [])
    }
}

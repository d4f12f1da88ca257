import RelayCore
import RelayTesting
import Testing

@testable import RelayMedia

/// Real servers that take requests and never answer, beside one that does. Time limits are on a manual clock, so a
/// server hangs for as long as the test wants.
@Suite(.limitedConcurrency) struct HangingHostTests {
    private let clock = ManualClock()
    private let healthy: TestMediaServer
    private let hanging: ScriptedReceiver
    private let hangingHost: String
    private let files = (0..<40).map { WhatsAppMediaEncryptor.seal(bytes(3000 + $0)) }

    init() throws {
        healthy = try TestMediaServer()
        hanging = try ScriptedReceiver()
        hanging.respond { _ in .hang }
        hangingHost = "127.0.0.1:\(hanging.port)"
        for (index, file) in files.enumerated() { healthy.serve(.file(file.encrypted), at: "/\(index)") }
    }

    private func fixture(downloads: Int = 8) async throws -> LoopbackMediaFixture {
        try await LoopbackMediaFixture(
            clock: clock, downloads: downloads,
            options: MediaSourceOptions(hosts: [hangingHost], whatsAppURL: healthy.url))
    }

    private func hangingFile(_ number: Int) -> RawMediaReference { .gateway("http://\(hangingHost)/\(number)") }

    @Test func theFilesOfAHealthyHostComeWhileTwoHundredOthersHang() async throws {
        let fixture = try await fixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let failure = await failure { _ = try await fixture.fetch(hangingFile(number), source: "bad") }
                    #expect(failure?.isRetryable == true)
                }
            }
            try await eventually("all wait") { fixture.service.waiting == 200 && hanging.requests.count == 2 }
            for (index, file) in files.enumerated() {
                #expect(try await fixture.fetch(file.reference(directPath: "/\(index)")) == file.media)
            }
            #expect(hanging.requests.count == 2, "a quarter of the slots, for as long as it hangs")

            // The first timeouts suspend the host, and nobody has to wait for two hundred of them.
            while fixture.service.waiting > 0 {
                clock.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(1))
            }
            try await group.waitForAll()
        }
        #expect(hanging.requests.count <= 4)
    }

    @Test func aHostThatRecoversIsUsedAgain() async throws {
        let fixture = try await fixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<3 {
                group.addTask { _ = await failure { _ = try await fixture.fetch(hangingFile(number)) } }
            }
            try await eventually("two hang") { hanging.requests.count == 2 }
            clock.advance(by: .seconds(10))
            try await eventually("the third hangs") { hanging.requests.count == 3 }
            clock.advance(by: .seconds(10))
            try await group.waitForAll()
        }
        let refusal = await failure { _ = try await fixture.fetch(hangingFile(9)) }
        #expect(refusal?.code == .unavailable)
        #expect(refusal?.message.contains("did not answer the last requests") == true)
        // A late file makes room for those of other hosts: the clock stands still, so it waits for no further attempt.
        let late = await failure { _ = try await fixture.fetch(hangingFile(8), attempts: 3, priority: .late) }
        #expect(late?.code == .unavailable)
        #expect(hanging.requests.count == 3, "nothing was sent")

        hanging.respond { _ in .bytes(200, body: bytes(10)) }
        clock.advance(by: MediaHostBreaker.firstPause)
        #expect(try await fixture.fetch(hangingFile(10)).size == 10)
        #expect(try await fixture.fetch(.gateway("http://\(hangingHost)/11", sha256: sha256(bytes(10)))).size == 10)
    }

    /// The host that a redirect leads to hangs, not the one that redirects.
    @Test func aRedirectTakesTheSlotOfTheHostThatItLeadsTo() async throws {
        let fixture = try await LoopbackMediaFixture(
            clock: clock, options: MediaSourceOptions(hosts: [hangingHost, healthy.host], whatsAppURL: healthy.url))
        for number in 0..<50 { healthy.serve(.redirect("http://\(hangingHost)/\(number)"), at: "/to/\(number)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    _ = await failure { _ = try await fixture.fetch(.gateway("\(healthy.url)/to/\(number)")) }
                }
            }
            try await eventually("two hang") { hanging.requests.count == 2 }
            for (index, file) in files.enumerated() {
                #expect(try await fixture.fetch(file.reference(directPath: "/\(index)")) == file.media)
            }
            #expect(hanging.requests.count == 2)
            while fixture.service.waiting > 0 {
                clock.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(1))
            }
            try await group.waitForAll()
        }
    }

    @Test func lateFilesLeaveTheSlotsToFreshOnes() async throws {
        let fixture = try await fixture()
        let gate = TestMediaServer.Gate()
        for number in 0..<20 { healthy.serve(.held(gate, .status(404)), at: "/late/\(number)") }
        // A first answer, so that the host gets more than a quarter.
        #expect(try await fixture.fetch(files[0].reference(directPath: "/0")) == files[0].media)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                let late = WhatsAppMediaEncryptor.seal(bytes(100 + number)).reference(directPath: "/late/\(number)")
                group.addTask { _ = await failure { _ = try await fixture.fetch(late, priority: .late) } }
            }
            try await eventually("two of them are asked for") {
                healthy.requests.count { $0.path.hasPrefix("/late") } == 2
            }
            for (index, file) in files.enumerated().dropFirst() {
                #expect(try await fixture.fetch(file.reference(directPath: "/\(index)")) == file.media)
            }
            #expect(healthy.requests.count { $0.path.hasPrefix("/late") } == 2)
            gate.open()
            try await group.waitForAll()
        }
    }

    @Test func theShutdownEndsWhatHangsAndWhatWaits() async throws {
        let fixture = try await fixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let failure = await failure { _ = try await fixture.fetch(hangingFile(number)) }
                    #expect(failure?.code == .unavailable)
                }
            }
            try await eventually("all wait") { fixture.service.waiting == 20 && hanging.requests.count == 2 }
            let run = Task { try await fixture.service.run() }
            // Without a service group, cancellation has the effect of a graceful shutdown.
            run.cancel()
            try await run.value
            try await group.waitForAll()
        }
        #expect(fixture.service.waitingForSlot == 0)
        #expect(hanging.requests.count == 2)
    }
}

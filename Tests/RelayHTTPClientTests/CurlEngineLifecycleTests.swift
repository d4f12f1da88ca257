import Logging
import RelayHTTPClient
import RelayTesting
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.limitedConcurrency)
struct CurlEngineLifecycleTests {
    @Test func cancellingTheTaskEndsTheRequest() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        try await withEngine { engine in
            try await withThrowingTaskGroup(of: HTTPClientError?.self) { group in
                group.addTask { await engine.failure(.small(receiver.url, timeout: .waitLimit)) }
                _ = try await receiver.next(count: 1)
                group.cancelAll()
                #expect(try await group.next()??.code == .cancelled)
            }
            receiver.respond { _ in .status(200) }
            #expect(await engine.answer(HTTPClientRequest(url: receiver.url))?.status == 200)
        }
    }

    @Test func aTaskThatIsAlreadyCancelledSendsNothingThatLasts() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        try await withEngine { engine in
            await withTaskGroup(of: HTTPClientError?.self) { group in
                group.cancelAll()
                group.addTask { await engine.failure(.small(receiver.url, timeout: .waitLimit)) }
                #expect(await group.next()??.code == .cancelled)
            }
        }
    }

    @Test func shutdownEndsWhatIsInFlightAndRefusesMore() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        let engine = try makeEngine()
        try await withThrowingTaskGroup(of: HTTPClientError?.self) { group in
            group.addTask { await engine.failure(.small(receiver.url, timeout: .waitLimit)) }
            _ = try await receiver.next(count: 1)
            engine.shutdown()
            engine.shutdown()
            #expect(try await group.next()??.code == .cancelled)
        }
        #expect(await engine.failure(.small(receiver.url))?.code == .cancelled)
    }

    @Test func gracefulShutdownLetsRequestsEnd() async throws {
        let receiver = try ScriptedReceiver(default: .delay(by: .milliseconds(200), then: .status(200)))
        let engine = try makeEngine()
        let logger = Logger(label: "test")
        let group = ServiceGroup(services: [engine], logger: logger)
        try await withThrowingTaskGroup(of: Int?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask { try await engine.send(HTTPClientRequest(url: receiver.url)).status }
            _ = try await receiver.next(count: 1)
            await group.triggerGracefulShutdown()
            let results = try await tasks.reduce(into: []) { $0.append($1) }
            #expect(results.compactMap(\.self) == [200])
        }
        #expect(await engine.failure(.small(receiver.url))?.code == .cancelled)
    }

    @Test func gracefulShutdownEndsAtItsDeadline() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        let engine = try makeEngine(configuration: .init(drainTimeout: .milliseconds(100)))
        let group = ServiceGroup(services: [engine], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: HTTPClientError.Code?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask { await engine.failure(.small(receiver.url, timeout: .waitLimit))?.code }
            _ = try await receiver.next(count: 1)
            await group.triggerGracefulShutdown()
            let results = try await tasks.reduce(into: []) { $0.append($1) }
            #expect(results.compactMap(\.self) == [.cancelled])
        }
    }

    @Test func cancellingRunEndsAtOnce() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        let engine = try makeEngine()
        await withTaskGroup(of: HTTPClientError.Code?.self) { tasks in
            tasks.addTask { await engine.failure(.small(receiver.url, timeout: .waitLimit))?.code }
            let run = Task { try await engine.run() }
            run.cancel()
            _ = await run.result
            #expect(await tasks.next() == .cancelled)
        }
    }

    @Test func completionsMaySendAgainAndLetGoOfTheEngine() async throws {
        let receiver = try ScriptedReceiver()
        let statuses = await withCheckedContinuation { (done: CheckedContinuation<[Int], Never>) in
            guard let engine = try? makeEngine() else { return done.resume(returning: []) }
            engine.send(HTTPClientRequest(url: receiver.url)) { first in
                engine.send(HTTPClientRequest(url: receiver.url)) { second in
                    done.resume(returning: [first, second].compactMap { (try? $0.get())?.status })
                    engine.shutdown()
                }
            }
        }
        #expect(statuses == [200, 200])
    }

    @Test func everyCompletionIsCalledOnce() async throws {
        let receiver = try ScriptedReceiver(default: .delay(by: .milliseconds(5), then: .status(200)))
        let engine = try makeEngine()
        let calls = CallCounts(count: 300)
        for index in 0..<300 {
            engine.send(HTTPClientRequest(url: receiver.url)) { _ in calls.called(index) }
            if index == 200 { _ = try await receiver.next(count: 20) }
        }
        engine.shutdown()
        #expect(calls.all == Array(repeating: 1, count: 300))
    }

    @Test func aUserAgentThatIsNoHeaderIsRefused() {
        #expect(throws: CurlEngine.SetupError.self) { try makeEngine(configuration: .init(userAgent: "a\r\nb")) }
    }
}

/// How often each completion was called.
private final class CallCounts: Sendable {
    private let counts: Mutex<[Int]>

    init(count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }

    func called(_ index: Int) { counts.withLock { $0[index] += 1 } }
    var all: [Int] { counts.withLock { $0 } }
}

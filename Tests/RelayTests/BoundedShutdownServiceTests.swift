import Logging
import Relay
import ServiceLifecycle
import Testing

struct BoundedShutdownServiceTests {
    /// Does not end by itself, and fails when it is cancelled.
    private struct Endless: Service {
        let started: AsyncStream<Void>.Continuation

        func run() async throws {
            started.finish()
            try await Task.sleep(for: .seconds(86_400))
        }
    }

    private struct Obedient: Service {
        let started: AsyncStream<Void>.Continuation

        func run() async throws {
            started.finish()
            try await gracefulShutdown()
        }
    }

    private func end(_ make: (AsyncStream<Void>.Continuation) -> any Service) async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: make(continuation), successTerminationBehavior: .ignore)],
                logger: Logger(label: "test")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await _ in stream {}
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func whatDoesNotEndIsCancelledAfterTheLimit() async throws {
        try await end { BoundedShutdownService(Endless(started: $0), limit: .milliseconds(1)) }
    }

    @Test func whatEndsByItselfDoesNotWaitForTheLimit() async throws {
        try await end { BoundedShutdownService(Obedient(started: $0), limit: .seconds(86_400)) }
    }
}

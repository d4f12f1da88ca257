package import ServiceLifecycle

/// A service that is cancelled when it has not ended within a time after its shutdown began.
package struct BoundedShutdownService<Base: Service>: Service {
    private let base: Base
    private let limit: Duration

    package init(_ base: Base, limit: Duration) {
        self.base = base
        self.limit = limit
    }

    package func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [base] in
                try await base.run()
                return false
            }
            group.addTask { [limit] in
                try await gracefulShutdown()
                try await Task.sleep(for: limit)
                return true
            }
            // The first to end: the service itself, or its time.
            let isLate = try await group.next() == true
            group.cancelAll()
            // The error of a service that was cancelled says nothing.
            if isLate { _ = try? await group.next() }
        }
    }
}

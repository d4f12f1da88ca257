/// When a destination that fails is left alone for a while.
package struct BreakerPolicy: Sendable, Hashable {
    /// Results in a row that say "down" and open the breaker, when they are of ``chats``. Default 5.
    package var failures: Int
    /// The wait before the first probe; each later one is twice as long. Default 5 s.
    package var probeInterval: Duration
    /// No wait between probes is longer. Default 5 min.
    package var maxProbeInterval: Duration

    package init(
        failures: Int = 5,
        probeInterval: Duration = .seconds(5),
        maxProbeInterval: Duration = .seconds(300)
    ) {
        self.failures = failures
        self.probeInterval = probeInterval
        self.maxProbeInterval = maxProbeInterval
    }

    /// From so many chats at least the failures must come: those of one or two may be their messages' fault.
    package var chats: Int { min(3, failures) }

    /// Failed connections in a row that open the breaker: they cannot be a message's fault.
    package var connections: Int { min(3, failures) }

    /// From so many chats at least the failed connections must come: a chat that is alone has its own retry wait.
    package var chatsOfConnections: Int { min(2, connections) }
}

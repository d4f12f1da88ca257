/// When a destination that fails is left alone for a while.
package struct BreakerPolicy: Sendable, Hashable {
    /// Results in a row that say "down" and open the breaker. Default 5.
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
}

package import RelayCore

/// Writes the body of each delivery as one line.
package struct LineOutputDestination: Destination {
    package let target: String
    package let settings: DestinationDispatchSettings
    private let timeout: Duration
    private let clock: any RelayClock
    private let sink: any LineOutput

    /// - Parameter timeout: the timeout for one line.
    package init(
        _ sink: any LineOutput,
        target: String,
        timeout: Duration,
        settings: DestinationDispatchSettings,
        clock: any RelayClock
    ) {
        self.sink = sink
        self.target = target
        self.timeout = timeout
        self.settings = settings
        self.clock = clock
    }

    package func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        let start = clock.now
        var failure: LineWriteError?
        do throws(LineWriteError) {
            try await sink.write(Self.line(delivery.body), timeout: timeout)
        } catch {
            failure = error
        }
        return AttemptResult(
            outcome: failure.map { .failed($0.kind) } ?? .delivered,
            error: failure?.message,
            target: target,
            duration: max(.zero, clock.now - start)
        )
    }

    /// Replaces line breaks by spaces. Outside of strings both are white space in JSON; inside of strings they are
    /// escaped.
    private static func line(_ body: [UInt8]) -> [UInt8] {
        let breaks: Set<UInt8> = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        return body.contains(where: breaks.contains)
            ? body.map { breaks.contains($0) ? UInt8(ascii: " ") : $0 } : body
    }
}

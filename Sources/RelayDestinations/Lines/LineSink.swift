package import RelayCore

/// Takes lines, each whole or not at all.
package protocol LineSink: Sendable {
    /// Returns when the line is where it will stay.
    /// - Parameters:
    ///   - line: without a line break in it.
    ///   - timeout: how long to wait for that. A line that is being written then may still come to its end.
    func write(_ line: [UInt8], timeout: Duration) async throws(LineWriteError)
}

/// What hands out sinks: the process's own, or a script in `zaphub test`.
package protocol LineSinkProvider: Sendable {
    /// A file that lines are added to. The same path is always the same sink, whose last rotation holds.
    func file(_ path: String, rotation: LineRotation) -> any LineSink

    /// The process's standard output.
    var standardOutput: any LineSink { get }
}

/// Why a line was not written.
package struct LineWriteError: Error, Sendable {
    package var kind: DeliveryFailureKind
    /// What happened and what to do, for people.
    package var message: String

    package init(_ kind: DeliveryFailureKind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

/// When a file of lines is put aside, and how many of those are kept.
package struct LineRotation: Sendable, Hashable {
    /// Bytes that a file has at most, unless one line alone is longer. Default 100 MiB.
    package var maxSize: Int
    /// Files put aside, `PATH.1` the newest; older ones are deleted. Default 10.
    package var keep: Int
    /// Whether each day (UTC) begins a file. Default false.
    package var daily: Bool

    package init(maxSize: Int = 100 << 20, keep: Int = 10, daily: Bool = false) {
        self.maxSize = maxSize
        self.keep = keep
        self.daily = daily
    }
}

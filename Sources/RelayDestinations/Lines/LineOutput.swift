package import RelayCore

/// Accepts lines, each completely or not at all.
package protocol LineOutput: Sendable {
    /// Returns when the line is durable.
    /// - Parameters:
    ///   - line: the line, without line breaks.
    ///   - timeout: how long to wait. A line whose writing has begun may still be completed after that.
    func write(_ line: [UInt8], timeout: Duration) async throws(LineWriteError)
}

/// Provides line sinks: those of the process, or scripted ones in `zaphub test`.
package protocol LineSinkProvider: Sendable {
    /// A file to which lines are appended. A path always has the same sink, which uses the latest rotation.
    func file(_ path: String, rotation: LineFileRotationPolicy) -> any LineOutput

    /// The process's standard output.
    var standardOutput: any LineOutput { get }
}

/// Why a line was not written.
package struct LineWriteError: Error, Sendable {
    package var kind: RequestFailureReason
    /// What happened and what to do, for humans.
    package var message: String

    package init(_ kind: RequestFailureReason, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

/// When a file of lines is rotated, and how many rotated files are kept.
package struct LineFileRotationPolicy: Sendable, Hashable {
    /// The maximum size of a file in bytes, unless a single line is longer. Default 100 MiB.
    package var maxSize: Int
    /// The number of rotated files, of which `PATH.1` is the newest; older ones are deleted. Default 10.
    package var keep: Int
    /// Whether a new file begins each day (UTC). Default false.
    package var daily: Bool

    package init(maxSize: Int = 100 << 20, keep: Int = 10, daily: Bool = false) {
        self.maxSize = maxSize
        self.keep = keep
        self.daily = daily
    }
}

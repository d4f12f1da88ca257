package import Logging
package import RelayCore
internal import Synchronization

/// The line sinks of the process: files and standard output. Each has one writer in the process, also across reloads,
/// so that lines of the old and the new configuration are never mixed within a line.
package final class SharedLineSinks: LineSinkProvider {
    private struct File {
        weak var queue: LineWriteQueue?
        var rotation: CurrentRotationPolicy
    }

    private let clock: any RelayClock
    private let logger: Logger
    private let files = Mutex<[String: File]>([:])
    package let standardOutput: any LineOutput

    /// - Parameter standardOutput: the file descriptor; it is never closed here.
    package init(clock: any RelayClock, logger: Logger, standardOutput descriptor: CInt = 1) {
        self.clock = clock
        self.logger = logger
        standardOutput = LineWriteQueue("standard output", clock: clock, writer: StandardOutputWriter(descriptor))
    }

    /// The file is opened for its first line, and closed when no destination uses it any more.
    package func file(_ path: String, rotation: LineFileRotationPolicy) -> any LineOutput {
        files.withLock { files in
            if let file = files[path], let queue = file.queue {
                file.rotation.replace(by: rotation)
                return queue
            }
            let inForce = CurrentRotationPolicy(rotation)
            let queue = LineWriteQueue(
                path,
                clock: clock,
                writer: LineFileWriter(path, rotation: inForce, clock: clock, logger: logger)
            )
            files = files.filter { $0.value.queue != nil }
            files[path] = File(queue: queue, rotation: inForce)
            return queue
        }
    }
}

/// The rotation that the current configuration sets.
final class CurrentRotationPolicy: Sendable {
    private let state: Mutex<LineFileRotationPolicy>

    init(_ rotation: LineFileRotationPolicy) { state = Mutex(rotation) }

    var current: LineFileRotationPolicy { state.withLock { $0 } }

    func replace(by rotation: LineFileRotationPolicy) { state.withLock { $0 = rotation } }
}

internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Handles signals. SIGTERM and SIGINT start a graceful shutdown, and a second one exits immediately. SIGHUP reloads
/// the configuration.
struct ProcessSignalService: Service {
    let logger: Logger
    let onShutdown: @Sendable () async -> Void
    let onReload: @Sendable () async -> Void

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        var isDraining = false
        // This loop continues during the graceful shutdown that it starts, so that the second signal is handled.
        for await signal in signals {
            if signal == .sighup {
                await onReload()
            } else if isDraining {
                logger.warning("Second signal: ending at once; what was under way is sent again at the next start")
                _exit(130)
            } else {
                isDraining = true
                logger.info("Draining; a second signal ends at once", metadata: ["signal": "\(signal)"])
                await onShutdown()
            }
        }
    }
}

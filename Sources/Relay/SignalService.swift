internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// SIGTERM and SIGINT: drain, then end; a second one ends at once. SIGHUP: reload.
struct SignalService: Service {
    let logger: Logger
    let onShutdown: @Sendable () async -> Void
    let onReload: @Sendable () async -> Void

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        var isDraining = false
        // Not ended by the graceful shutdown that it starts: the second signal has to be heard during it.
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

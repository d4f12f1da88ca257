internal import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Deletes rows and files that are older than their retention, in small steps between other writes.
struct RetentionService: Service {
    let store: any RelayStore
    let retention: @Sendable () -> RetentionPeriods
    let mediaStore: any MediaStore
    let mediaRetention: @Sendable () -> Duration
    let clock: any RelayClock
    let logger: Logger

    /// The delay between two sweeps, and the number of rows per step.
    private static let pause: Duration = .seconds(60)
    private static let step = 500

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sweepMedia()
                do {
                    var total = 0
                    while true {
                        let count = try await store.sweep(retention(), at: clock.now, limit: Self.step)
                        guard count > 0, !Task.isCancelled else { break }
                        total += count
                    }
                    if total > 0 { logger.debug("Swept", metadata: ["rows": "\(total)"]) }
                } catch {
                    logger.warning("Old rows could not be deleted", metadata: ["error": "\(error)"])
                }
                try? await clock.sleep(until: clock.now + Self.pause)
            }
        }
    }

    private func sweepMedia() async {
        do {
            let count = try await mediaStore.sweep(before: clock.wall - mediaRetention())
            if count > 0 { logger.debug("Swept media", metadata: ["files": "\(count)"]) }
        } catch {
            logger.warning("Old media could not be deleted", metadata: ["error": "\(error)"])
        }
    }
}

internal import RelayCore
internal import ServiceLifecycle

/// Ends the taps when the shutdown begins. The server waits for open responses, and the response of a tap does not end
/// by itself.
struct TapShutdownService: Service {
    let taps: TapRegistry

    func run() async throws {
        try? await gracefulShutdown()
        taps.shutDown()
    }
}

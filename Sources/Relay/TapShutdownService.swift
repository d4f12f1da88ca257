internal import RelayCore
internal import ServiceLifecycle

/// Ends the taps when the shutdown begins: the server waits for its answers, and a tap's would never end.
struct TapShutdownService: Service {
    let taps: TapRegistry

    func run() async throws {
        try? await gracefulShutdown()
        taps.shutDown()
    }
}

internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import RelayAPI
internal import RelayConfig
internal import ServiceLifecycle

/// The HTTP server of the relay.
enum HTTPServer {
    /// - Parameters:
    ///   - grace: how long the whole relay takes to shut down.
    ///   - onRunning: called once, with the URL on which the server listens: `http://127.0.0.1:3100`.
    static func make(
        _ api: RelayAPI,
        server: RelayConfiguration.Server,
        grace: Duration,
        maximumConnections: Int,
        logger: Logger,
        onRunning: @escaping @Sendable (_ url: String) async -> Void
    ) -> some Service {
        let application = Application(
            router: api.makeRouter(),
            server: api.makeServer(idleTimeout: idleTimeout, decoder: limits),
            configuration: .init(
                address: .hostname(server.host, port: server.port),
                serverName: nil,
                backlog: 4096,
                availableConnectionsDelegate: MaximumAvailableConnections(maximumConnections)
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? server.port
                let host = server.host.contains(":") ? "[\(server.host)]" : server.host
                await onRunning("http://\(host):\(port)")
            },
            logger: logger
        )
        return BoundedShutdownService(application, limit: min(grace, shutdownLimit))
    }

    /// How long clients may take, after the shutdown has begun, to read what they have asked for.
    private static let shutdownLimit: Duration = .seconds(2)

    /// Idle and slow connections are closed.
    private static let idleTimeout = TimeAmount.seconds(60)

    /// Limits of the header fields of a request.
    private static let limits = HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: 16 << 10,
        maxHeaderListSize: 32 << 10,
        maxHeaderFieldCount: 100
    )
}

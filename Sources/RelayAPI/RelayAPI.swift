package import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
package import RelayCore
package import RelaySources

/// The HTTP server of the relay: routes for ingest, management and health.
package struct RelayAPI: Sendable {
    package struct Configuration: Sendable {
        /// The maximum body size in bytes; a larger body is answered with 413. Default 5 MiB.
        package var maxBody: Int
        /// The timeout for receiving a body. Default 30 s.
        package var bodyTimeout: Duration
        /// The number of requests without a valid key that one IP address may send in a minute. Default 20.
        package var failedAuthenticationsPerMinute: Int

        package init(
            maxBody: Int = 5 << 20,
            bodyTimeout: Duration = .seconds(30),
            failedAuthenticationsPerMinute: Int = 20
        ) {
            self.maxBody = maxBody
            self.bodyTimeout = bodyTimeout
            self.failedAuthenticationsPerMinute = failedAuthenticationsPerMinute
        }
    }

    private let configuration: Configuration
    private let store: any RelayStore
    private let intakes: IntakeRegistry
    private let controls: RelayControls
    private let taps: TapRegistry
    private let keys: APIKeyring
    private let clock: any RelayClock
    private let logger: Logger

    package init(
        configuration: Configuration = Configuration(),
        store: any RelayStore,
        intakes: IntakeRegistry,
        controls: RelayControls,
        taps: TapRegistry,
        keys: APIKeyring,
        clock: any RelayClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.intakes = intakes
        self.controls = controls
        self.taps = taps
        self.keys = keys
        self.clock = clock
        self.logger = logger
    }

    /// The protocol of the server, for an application with the routes of ``makeRouter()``.
    /// - Parameters:
    ///   - idleTimeout: how long a connection may have no request; also the longest pause between two parts of one.
    ///   - decoder: limits of the header fields.
    package func makeServer(
        idleTimeout: TimeAmount, decoder: HTTP1Channel.Configuration.DecoderConfiguration = .init()
    ) -> HTTPServerBuilder {
        let routes = IngestRoutes(intakes: intakes, process: controls.process)
        let failures = ErrorResponder(logger: logger)
        let (maximumLength, clock) = (configuration.maxBody, clock)
        return HTTPServerBuilder { responder in
            // The handler closes idle connections, because it answers requests that Hummingbird does not see.
            let http = HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder))
            return IngestChannel(http: http) {
                IngestChannelHandler(
                    configuration: .init(maximumLength: maximumLength, idleTimeout: idleTimeout),
                    routes: routes, failures: failures, clock: clock)
            }
        }
    }

    /// All routes. The caller may add more; their errors are also converted to error responses.
    package func makeRouter() -> Router<APIRequestContext> {
        let router = Router(context: APIRequestContext.self, options: .autoGenerateHeadEndpoints)
        let failures = ErrorResponder(logger: logger)
        var routes = RouteTable(
            router: router,
            limits: configuration,
            authenticator: APIKeyAuthenticator(
                keys: keys,
                failures: AuthenticationFailureLimiter(perMinute: configuration.failedAuthenticationsPerMinute),
                clock: clock
            ),
            failures: failures
        )
        IngestRoutes(intakes: intakes, process: controls.process).add(to: &routes)
        MediaRoutes(control: controls.media).add(to: &routes)
        HealthRoutes(process: controls.process).add(to: &routes)
        SessionRoutes(store: store, control: controls.webhooks, clock: clock).add(to: &routes)
        SessionWebhookRoutes(store: store, control: controls.webhooks, clock: clock).add(to: &routes)
        Stage07CompatibilityRoutes(
            store: store, webhooks: controls.webhooks, tests: controls.webhookTests, clock: clock
        ).add(to: &routes)
        DeliveryRoutes(store: store, destinations: controls.destinations, clock: clock).add(to: &routes)
        DeadLetterRoutes(store: store, destinations: controls.destinations, clock: clock).add(to: &routes)
        ReplayRoutes(store: store, control: controls.replays, clock: clock).add(to: &routes)
        DestinationRoutes(control: controls.destinations, tests: controls.webhookTests).add(to: &routes)
        MessageHistoryRoutes(store: store).add(to: &routes)
        TraceRoutes(store: store, destinations: controls.destinations).add(to: &routes)
        RejectedDocumentRoutes(store: store).add(to: &routes)
        TapRoutes(taps: taps, filters: FilterEvaluationPool(), configuration: controls.configuration).add(to: &routes)
        ConfigurationRoutes(configuration: controls.configuration).add(to: &routes)
        NodeRoutes(directory: controls.nodes).add(to: &routes)
        // A middleware applies to routes added after it and to requests without a route; those above go without.
        router.add(middleware: UnknownRouteMiddleware(known: routes.known, failures: failures))
        return router
    }
}

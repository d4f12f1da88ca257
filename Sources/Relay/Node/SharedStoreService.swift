internal import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Follows what other nodes change in a store that they share: webhooks, pauses and API keys.
///
/// A class, because the lifecycle logs a description of each service, which for a struct has its properties: keys.
final class SharedStoreService: Service {
    private let store: OpenedStore
    private let components: RelayNodeComponents
    private let logger: Logger

    init(store: OpenedStore, components: RelayNodeComponents, logger: Logger) {
        self.store = store
        self.components = components
        self.logger = logger
    }

    func run() async throws {
        for await _ in store.externalChanges.cancelOnGracefulShutdown() {
            do {
                try await store.reloadKeys()
                try await components.followStore()
            } catch {
                logger.error(
                    "What other nodes have changed could not be read; the next change brings it",
                    metadata: ["error": "\(error)"])
            }
        }
    }
}

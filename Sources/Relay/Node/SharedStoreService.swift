internal import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Follows what other nodes change in a store that they share: webhooks, pauses and API keys.
struct SharedStoreService: Service {
    let store: OpenedStore
    let components: RelayNodeComponents
    let logger: Logger

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

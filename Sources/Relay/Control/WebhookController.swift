internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayHTTPClient
internal import RelayPipeline

/// Checks sessions' webhooks before they are stored, and brings changes into force.
struct WebhookController: WebhookControl {
    let store: any RelayStore
    let registry: DestinationRegistry
    let dispatcher: Dispatcher
    let directory: DirectoryCache
    let current: CurrentConfiguration

    func checkWebhook(_ webhook: Webhook) throws(APIError) {
        var problems: [APIError.Problem] = []
        let generation = current.generation
        do { try generation.egress.check(url: webhook.url) } catch {
            problems.append(.init(pointer: "/url", error.message))
        }
        do { _ = try generation.configuration.retryPolicy(from: webhook.retry) } catch {
            problems.append(.init(pointer: "/retry" + error.pointer, error.message))
        }
        if let text = webhook.rateLimit, RateLimit(text) == nil {
            problems.append(.init(pointer: "/rate_limit", "is no rate: write for example 20/s, 600/m or 1000/h"))
        }
        guard problems.isEmpty else { throw .validation(problems) }
    }

    func webhooksChanged() async {
        // A failure leaves the webhooks as they were; the next change or restart sets it right.
        guard let webhooks = try? await store.webhooks() else { return }
        registry.use(webhooks: webhooks, in: current.generation.configuration)
        directory.forget()
        dispatcher.destinationsChanged()
    }
}

internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayJSON
internal import RelaySources

/// Sends single events to a receiver for testing, without the delivery queue.
struct LiveWebhookTestSender: TestEventSender {
    let registry: ActiveDestinationRegistry
    let current: CurrentConfiguration
    let clock: any RelayClock

    func test(destination key: DestinationKey, event: EventType) async throws(APIError) -> WebhookTestResult {
        guard let entry = registry.entry(key) else {
            throw .notFound("There is no destination \"\(key)\" to test. GET /api/v1/destinations lists them.")
        }
        return await probe(entry.destination, session: entry.session ?? "test", event: event, isSigned: entry.isSigned)
    }

    func test(
        url: String,
        session: String,
        webhook: SessionWebhook?,
        event: EventType
    ) async throws(APIError) -> WebhookTestResult {
        let generation = current.generation
        do {
            _ = try generation.webhookOptions.read(["url": .string(url)])
        } catch {
            throw APIError.validation(error.problems)
        }
        var tested =
            webhook
            ?? SessionWebhook(
                id: DestinationKey.webhookID("test"), session: session, url: url, createdAt: clock.now)
        tested.options["url"] = .string(url)
        guard let entry = registry.entry(for: tested, in: generation) else {
            throw .conflict("The options of webhook \(tested.id) cannot be used; set them again.")
        }
        return await probe(entry.destination, session: session, event: event, isSigned: entry.isSigned)
    }

    private func probe(
        _ destination: any Destination,
        session: String,
        event: EventType,
        isSigned: Bool
    ) async -> WebhookTestResult {
        let now = clock.now
        let id = DeliveryID(SortableIDCodec.next(after: 0, at: now))
        let sample = Event(
            id: EventID(id.rawValue),
            source: IntakeRegistry.apiSource,
            type: event,
            session: session,
            chat: nil,
            occurredAt: now,
            receivedAt: now,
            payload: ParsedEvent.webhookTestPayload(at: now)
        )
        let planned = PlannedDelivery(
            of: sample,
            to: .configured("test"),
            lane: nil,
            pipeline: "test",
            signing: isSigned ? .standardWebhooks : nil
        )
        let delivery = ClaimedDelivery(planned, id: id)
        guard let destination = destination as? any InspectableHTTPDestination else {
            return WebhookTestResult(await destination.send(delivery, at: clock.wall))
        }
        do {
            return WebhookTestResult(try await destination.probe(delivery, at: clock.wall), url: destination.target)
        } catch {
            return WebhookTestResult(error, url: destination.target)
        }
    }
}

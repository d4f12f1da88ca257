internal import Hummingbird
internal import NIOCore
internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// Writes the entries of a tap as server-sent events, until the tap ends or the client disconnects.
struct TapEventStreamWriter: Sendable {
    let tap: TapSubscription
    let query: TapQuery
    let filters: FilterEvaluationPool

    /// The interval of heartbeats, by which both sides and proxies detect a dead connection.
    private static let heartbeat: Duration = .seconds(15)
    /// The approximate number of bytes that are written at once.
    private static let piece = 64 << 10

    /// The state that is kept between batches.
    private struct StreamState {
        var output = ByteBuffer(bytes: [])
        /// Samples after the filter; without a filter the tap itself samples.
        var sampler: TapSampler?
        var shown = 0
        var hasToldFilterFailure = false

        mutating func append(_ data: JSON, as event: String? = nil) {
            if let event { output.writeString("event: \(event)\n") }
            output.writeString("data: ")
            output.writeBytes(data.bytes)
            output.writeString("\n\n")
        }
    }

    @concurrent
    func write(to writer: inout any ResponseBodyWriter) async throws {
        let timers = startTimers()
        defer { for timer in timers { timer.cancel() } }
        try await show(on: &writer)
    }

    private func startTimers() -> [Task<Void, any Error>] {
        let heartbeat = Task { [tap] in
            while true {
                try await Task.sleep(for: Self.heartbeat)
                tap.wake()
            }
        }
        guard let duration = query.duration else { return [heartbeat] }
        let end = Task { [tap] in
            try await Task.sleep(for: duration)
            tap.end(.duration)
        }
        return [heartbeat, end]
    }

    @concurrent
    private func show(on writer: inout any ResponseBodyWriter) async throws {
        var progress = StreamState(sampler: query.filter == nil ? nil : query.sample.map { TapSampler($0) })
        progress.append(["points": .strings(query.selection.points.map(\.rawValue).sorted())], as: "open")
        try await flush(&progress, to: &writer)
        while true {
            let batch = await tap.next()
            if batch.end == .gone { return }
            if batch.tapEvents.isEmpty, batch.lost == 0 { progress.output.writeString(": still here\n\n") }
            for tapEvent in batch.tapEvents {
                await show(tapEvent, &progress)
                if progress.output.readableBytes >= Self.piece { try await flush(&progress, to: &writer) }
                if let limit = query.limit, progress.shown >= limit {
                    return try await finish(.limit, &progress, &writer)
                }
            }
            if batch.lost > 0 { progress.append(["count": .orNull(batch.lost)], as: "lost") }
            if let end = batch.end { return try await finish(end, &progress, &writer) }
            try await flush(&progress, to: &writer)
        }
    }

    @concurrent
    private func show(_ tapEvent: TapEvent, _ progress: inout StreamState) async {
        let document = TapEventView.json(tapEvent)
        do throws(JQError) {
            if let filter = query.filter, try await !filters.isTrue(filter, of: document) { return }
        } catch {
            // The client is gone.
            if error.code == .cancelled { return }
            guard !progress.hasToldFilterFailure else { return }
            progress.hasToldFilterFailure = true
            let text = "The filter failed on one, which is left out like all others that it fails on: \(error)"
            return progress.append(["message": .string(text)], as: "note")
        }
        guard progress.sampler?.takes(at: tapEvent.at) ?? true else { return }
        progress.shown += 1
        progress.append(document)
    }

    @concurrent
    private func finish(
        _ end: TapSubscription.End,
        _ progress: inout StreamState,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        progress.append(["reason": .string(end.rawValue), "shown": .orNull(progress.shown)], as: "end")
        try await flush(&progress, to: &writer)
        try await writer.finish(nil)
    }

    @concurrent
    private func flush(_ progress: inout StreamState, to writer: inout any ResponseBodyWriter) async throws {
        guard progress.output.readableBytes > 0 else { return }
        let output = progress.output
        progress.output = ByteBuffer(bytes: [])
        try await writer.write(output)
    }
}

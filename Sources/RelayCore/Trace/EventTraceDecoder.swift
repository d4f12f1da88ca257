/// Reads what ``EventTraceEncoder`` wrote. It accepts any bytes: reading ends at the first that it does not understand.
struct EventTraceDecoder {
    private typealias Tag = EventTraceEncoder.Tag

    private var rest: ArraySlice<UInt8>

    static func runs(in bytes: [UInt8]) -> [EventTrace.Run] {
        var reader = EventTraceDecoder(rest: bytes[...])
        var runs: [EventTrace.Run] = []
        while reader.entry(into: &runs) != nil {}
        return runs
    }

    /// Nil at the end, and at what cannot be read.
    private mutating func entry(into runs: inout [EventTrace.Run]) -> Void? {
        guard let tag = rest.popFirst() else { return nil }
        if tag == Tag.run {
            guard let generation = number(), let hash = text(), let moment = number() else { return nil }
            let mark = ConfigurationGenerationID(number: generation, hash: hash)
            runs.append(EventTrace.Run(generation: mark, beganAt: Timestamp(milliseconds: Int64(moment))))
            return ()
        }
        guard let run = runs.indices.last else { return nil }
        if tag == Tag.pipeline {
            guard let name = text() else { return nil }
            runs[run].pipelines.append(EventTrace.PipelineRun(pipeline: name))
            return ()
        }
        guard let pipelineRun = runs[run].pipelines.indices.last else { return nil }
        if tag == Tag.omitted {
            guard let count = number() else { return nil }
            runs[run].pipelines[pipelineRun].omitted += count
            return ()
        }
        if tag == Tag.rejections {
            guard let step = runs[run].pipelines[pipelineRun].steps.indices.last else { return nil }
            return rejections(of: &runs[run].pipelines[pipelineRun].steps[step])
        }
        guard tag & Tag.step != 0, let step = step(tag) else { return nil }
        runs[run].pipelines[pipelineRun].steps.append(step)
        return ()
    }

    private mutating func step(_ tag: UInt8) -> EventTrace.Step? {
        guard let code = EventTraceEncoder.Code(rawValue: tag & Tag.outcomes), let stage = text(),
            let duration = number()
        else { return nil }
        var waited: Duration?
        if tag & Tag.hasWaited != 0 {
            guard let milliseconds = number() else { return nil }
            waited = .milliseconds(milliseconds)
        }
        var deliveries = 0
        if tag & Tag.hasDeliveries != 0 {
            guard let count = number() else { return nil }
            deliveries = count
        }
        guard let outcome = outcome(code) else { return nil }
        return EventTrace.Step(
            stage: stage,
            outcome: outcome,
            duration: .microseconds(duration),
            waited: waited,
            deliveries: deliveries
        )
    }

    private mutating func rejections(of step: inout EventTrace.Step) -> Void? {
        guard let total = number(), let told = number(), told <= EventTraceEncoder.maximumRejections else { return nil }
        step.rejectionCount = total
        for _ in 0..<told {
            guard let destination = text(), let reason = text() else { return nil }
            step.rejections.append(EventTrace.Rejection(destination: destination, reason: reason))
        }
        return ()
    }

    private mutating func outcome(_ code: EventTraceEncoder.Code) -> EventTrace.StepOutcome? {
        switch code {
        case .next: return .next
        case .skipped: return .skipped
        case .recovered: return .recovered
        case .tookNone: return .took(nil)
        case .took: return text().map { .took($0) }
        case .dropped: return text().map { .dropped(reason: $0) }
        case .failed:
            guard let message = text(), let reason = text(), let then = text() else { return nil }
            return .failed(message: message, reason: reason.isEmpty ? nil : reason, then: then)
        case .split: return number().map { .split($0) }
        case .part: return number().map { .part($0) }
        }
    }

    private mutating func number() -> Int? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 56, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return Int(value) }
        }
        return nil
    }

    private mutating func text() -> String? {
        guard let count = number(), count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }
}

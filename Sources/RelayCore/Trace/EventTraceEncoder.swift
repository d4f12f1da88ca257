/// Encodes one run of an event while it happens, in a few bytes for each step.
///
/// The form, which ``EventTraceDecoder`` reads: tagged entries of numbers (LEB128) and texts (length, then UTF-8). A tag that
/// a reader does not know ends what it can read, so entries may be added, and none may ever change.
package struct EventTraceEncoder: Sendable {
    enum Tag {
        static let run: UInt8 = 1
        static let pipeline: UInt8 = 2
        static let omitted: UInt8 = 3
        /// The destinations that do not get the event, of the step before it.
        static let rejections: UInt8 = 4
        /// Steps are from here on: the outcome, and two flags.
        static let step: UInt8 = 0x20
        static let outcomes: UInt8 = 0x0F
        static let hasWaited: UInt8 = 0x40
        static let hasDeliveries: UInt8 = 0x80
    }

    enum Code: UInt8 {
        case next = 0, skipped, took, tookNone, dropped, failed, split, part, recovered
    }

    /// Ends of a text that is longer are cut off.
    private static let maximumText = 400
    /// How many rejections of a step are told; the others are counted.
    static let maximumRejections = 8
    /// In bytes. Beyond it only drops and failures are recorded, and beyond twice that nothing.
    private static let maximumBytes = 8 << 10

    private var bytes: [UInt8] = []
    private var omitted = 0

    package init(_ generation: ConfigurationGenerationID, at moment: Timestamp) {
        bytes.reserveCapacity(224)
        bytes.append(Tag.run)
        append(UInt64(max(0, generation.number)))
        append(generation.hash)
        append(UInt64(max(0, moment.milliseconds)))
    }

    package mutating func begin(_ pipeline: String) {
        flush()
        bytes.append(Tag.pipeline)
        append(pipeline)
    }

    /// - Parameter nanoseconds: what the step took, without what it waited.
    package mutating func step(
        _ stage: String,
        _ outcome: EventTrace.StepOutcome,
        nanoseconds: UInt64 = 0,
        waited: Duration? = nil,
        deliveries: Int = 0,
        rejections: ArraySlice<EventTrace.Rejection> = []
    ) {
        let code = Code(outcome)
        guard bytes.count < (code == .failed || code == .dropped ? 2 : 1) * Self.maximumBytes else {
            omitted += 1
            return
        }
        var tag = Tag.step | code.rawValue
        if waited != nil { tag |= Tag.hasWaited }
        if deliveries > 0 { tag |= Tag.hasDeliveries }
        bytes.append(tag)
        append(stage)
        append(nanoseconds / 1000)
        if let waited { append(UInt64(max(0, waited.milliseconds))) }
        if deliveries > 0 { append(UInt64(deliveries)) }
        switch outcome {
        case .next, .skipped, .recovered, .took(nil): break
        case .took(let label?): append(label)
        case .dropped(let reason): append(reason)
        case .failed(let message, let reason, let then):
            append(message)
            append(reason ?? "")
            append(then)
        case .split(let count), .part(let count): append(UInt64(count))
        }
        append(rejections)
    }

    private mutating func append(_ rejections: ArraySlice<EventTrace.Rejection>) {
        guard !rejections.isEmpty else { return }
        bytes.append(Tag.rejections)
        append(UInt64(rejections.count))
        let told = rejections.prefix(Self.maximumRejections)
        append(UInt64(told.count))
        for rejection in told {
            append(rejection.destination)
            append(rejection.reason)
        }
    }

    /// Everything that was recorded.
    package var trace: EventTrace {
        var writer = self
        writer.flush()
        return EventTrace(bytes: writer.bytes)
    }

    private mutating func flush() {
        guard omitted > 0 else { return }
        bytes.append(Tag.omitted)
        append(UInt64(omitted))
        omitted = 0
    }

    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count > Self.maximumText else {
            append(UInt64(text.count))
            bytes.append(contentsOf: text)
            return
        }
        var utf8 = text[...]
        utf8 = utf8.prefix(Self.maximumText)
        // Not in the middle of a character.
        while let last = utf8.last, last & 0xC0 == 0x80 { utf8 = utf8.dropLast() }
        utf8 = utf8.dropLast()
        append(UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }
}

extension EventTraceEncoder.Code {
    fileprivate init(_ outcome: EventTrace.StepOutcome) {
        self =
            switch outcome {
            case .next: .next
            case .skipped: .skipped
            case .took(nil): .tookNone
            case .took: .took
            case .dropped: .dropped
            case .failed: .failed
            case .split: .split
            case .part: .part
            case .recovered: .recovered
            }
    }
}

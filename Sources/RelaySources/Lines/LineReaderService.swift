internal import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Reads one JSON document per line, for line-based transports.
///
/// An invalid line, or document of a line that is a batch, is logged with its file, number and the reason, counted, kept
/// for the operator, and skipped. Reading pauses while the store cannot accept events. Lines that are read again after a crash are recognized by their deduplication keys.
struct LineReaderService: Service {
    /// The maximum length of a line, in bytes; longer lines are skipped.
    static let maximumLineLength = 5 << 20
    private static let maximumBatch = 256
    private static let pauseAfterTrouble = Duration.seconds(5)

    private let input: any LineInput
    private let intake: Intake
    private let clock: any RelayClock
    private let logger: Logger
    /// What has been read so far.
    let counts = LineReaderStatistics()

    init(_ input: any LineInput, reader: SourceDocumentReader, in environment: TransportBuildContext) {
        self.init(
            input,
            intake: Intake(
                reader: reader,
                journal: environment.journal,
                rejectedDocuments: environment.rejectedDocuments,
                clock: environment.clock
            ),
            clock: environment.clock,
            logger: environment.logger
        )
    }

    init(_ input: any LineInput, intake: Intake, clock: any RelayClock, logger: Logger) {
        self.input = input
        self.intake = intake
        self.clock = clock
        var logger = logger
        logger[metadataKey: "source"] = "\(intake.source)"
        self.logger = logger
    }

    /// Reads until the input ends, then waits for the shutdown. Read errors are logged and reading is retried, so that
    /// one source does not stop the relay.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await readToEnd()
            }
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cancellation is the normal end, caused by the shutdown.
        }
    }

    func readToEnd() async throws {
        var input = input
        var splitters: [LineStream: LineSplitter] = [:]
        var trouble: String?
        while true {
            let chunk: LineInputChunk
            do {
                chunk = try await input.next()
                trouble = nil
            } catch let error as SourceReadError {
                if trouble != error.description { logger.error("the input fails", metadata: ["reason": "\(error)"]) }
                trouble = error.description
                try await clock.sleep(until: clock.now + Self.pauseAfterTrouble)
                continue
            }
            switch chunk {
            case .bytes(let bytes, let stream):
                var splitter =
                    splitters.removeValue(forKey: stream)
                    ?? LineSplitter(maximumLength: Self.maximumLineLength, after: stream.lines)
                let lines = splitter.append(bytes)
                let (unfinished, number) = (splitter.unfinished, splitter.number)
                splitters[stream] = splitter
                try await take(lines, of: stream)
                input.stored(stream, unfinished: unfinished, lines: number)
            case .streamEnd(let stream):
                if let line = splitters.removeValue(forKey: stream)?.lastLine { try await take([line], of: stream) }
            case .streamMoved(let stream):
                splitters[stream] = nil
            case .end:
                for (stream, splitter) in splitters {
                    if let line = splitter.lastLine { try await take([line], of: stream) }
                }
                logger.info("the input has ended", metadata: counts.snapshot.metadata)
                return
            }
        }
    }

    /// Stores the documents of the lines in order, in batches of one commit each.
    private func take(_ lines: [LineSplitter.Line], of stream: LineStream) async throws {
        var rest = lines[...]
        while !rest.isEmpty {
            var events: [ParsedEvent] = []
            var rejected: [RejectedDocument] = []
            for line in rest.prefix(Self.maximumBatch) {
                let parsed = read(line, of: stream)
                events += parsed.events
                rejected += parsed.rejected
            }
            rest = rest.dropFirst(Self.maximumBatch)
            try await keepTrying { [rejected] () throws(IntakeError) in try await intake.keep(rejected, session: nil) }
            guard !events.isEmpty else { continue }
            try await keepTrying { [events] () throws(IntakeError) in
                let acceptances = try await intake.store(events)
                counts.add(events: acceptances.count, duplicates: acceptances.count { $0.isDuplicate })
            }
        }
    }

    private func read(_ line: LineSplitter.Line, of stream: LineStream) -> ParsedDocument {
        switch line {
        case .tooLong(let number):
            let error = InvalidDocumentError(.malformed, "The line is longer than \(Self.maximumLineLength) bytes.")
            let document = RejectedDocument(index: nil, error: error, document: nil, size: nil)
            return reject(number, of: stream, ParsedDocument(events: [], rejected: [document]))
        case .document(let number, let bytes):
            do {
                let parsed = try intake.parsed(bytes)
                counts.add(documents: 1)
                return reject(number, of: stream, parsed)
            } catch {
                return reject(number, of: stream, ParsedDocument(events: [], rejected: error.rejected))
            }
        }
    }

    /// Logs and counts the rejected documents of a line, and adds where they stand.
    private func reject(_ number: Int, of stream: LineStream, _ parsed: ParsedDocument) -> ParsedDocument {
        guard parsed.rejectedCount > 0 else { return parsed }
        counts.add(rejected: parsed.rejectedCount)
        for document in parsed.rejected {
            // The message of a JSON syntax error quotes the input, which must not be logged.
            let isSyntax = document.code == .malformed && document.size != nil
            let reason = isSyntax ? "no JSON document" : document.reason
            var metadata: Logger.Metadata = [
                "file": "\(stream.name)", "line": "\(number)", "reason": "\(reason)",
            ]
            if let pointer = document.pointer { metadata["pointer"] = "\(pointer)" }
            logger.warning("a document of the line is not accepted", metadata: metadata)
        }
        return ParsedDocument(
            events: parsed.events,
            rejected: parsed.rejected.map { $0.located(in: "\(stream.name), line \(number)") },
            rejectedCount: parsed.rejectedCount
        )
    }

    /// Tries until the store takes it: nobody would send the lines again.
    private func keepTrying(_ write: () async throws(IntakeError) -> Void) async throws {
        while true {
            do {
                return try await write()
            } catch {
                logger.warning("the store takes no events now", metadata: ["reason": "\(error.message)"])
                try await clock.sleep(until: clock.now + .seconds(error.retryAfter ?? 1))
            }
        }
    }
}

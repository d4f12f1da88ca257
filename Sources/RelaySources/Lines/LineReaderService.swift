internal import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Reads one JSON document per line, for line-based transports.
///
/// An invalid line, or document of a line that is a batch, is logged with its number and the reason, counted, kept for the
/// operator, and skipped. Reading pauses while the store cannot accept events. Lines that are read again after a crash are recognized by their deduplication keys.
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
        var splitter = LineSplitter(maximumLength: Self.maximumLineLength)
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
            case .bytes(let bytes):
                try await take(splitter.append(bytes))
                input.stored(unfinished: splitter.unfinished)
            case .restart:
                if let line = splitter.finish() { try await take([line]) }
                splitter.restart()
            case .end:
                if let line = splitter.finish() { try await take([line]) }
                logger.info("the input has ended", metadata: counts.snapshot.metadata)
                return
            }
        }
    }

    /// Stores the documents of the lines in order, in batches of one commit each.
    private func take(_ lines: [LineSplitter.Line]) async throws {
        var rest = lines[...]
        while !rest.isEmpty {
            var events: [ParsedEvent] = []
            var rejected: [RejectedDocument] = []
            for line in rest.prefix(Self.maximumBatch) {
                let parsed = read(line)
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

    private func read(_ line: LineSplitter.Line) -> ParsedDocument {
        switch line {
        case .tooLong(let number):
            let error = InvalidDocumentError(.malformed, "The line is longer than \(Self.maximumLineLength) bytes.")
            let document = RejectedDocument(index: nil, error: error, document: nil, size: nil)
            return reject(number, ParsedDocument(events: [], rejected: [document]))
        case .document(let number, let bytes):
            do {
                let parsed = try intake.parsed(bytes)
                counts.add(documents: 1)
                return reject(number, parsed)
            } catch {
                return reject(number, ParsedDocument(events: [], rejected: error.rejected))
            }
        }
    }

    /// Logs and counts the rejected documents of a line.
    private func reject(_ number: Int, _ parsed: ParsedDocument) -> ParsedDocument {
        counts.add(rejected: parsed.rejectedCount)
        for document in parsed.rejected {
            // The message of a JSON syntax error quotes the input, which must not be logged.
            let isSyntax = document.code == .malformed && document.size != nil
            let reason = isSyntax ? "no JSON document" : document.reason
            var metadata: Logger.Metadata = ["line": "\(number)", "reason": "\(reason)"]
            if let pointer = document.pointer { metadata["pointer"] = "\(pointer)" }
            logger.warning("a document of the line is not accepted", metadata: metadata)
        }
        return parsed
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

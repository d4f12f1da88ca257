package import RelayCore
internal import RelayJSON

/// The requirements for every kind of destination, in the situations that apply to it. Each behaviour is one test:
///
///     @Test(arguments: conformance.behaviours)
///     func conforms(_ behaviour: DestinationConformance.Behaviour) async throws {
///         try await conformance.run(behaviour)
///     }
package struct DestinationConformance: Sendable {
    /// What the receiver does with each delivery.
    package enum Situation: Sendable, CaseIterable {
        case takes
        /// Rejects it with a response.
        case refuses
        /// Accepts the delivery and never responds.
        case hangs
        /// No receiver is listening.
        case unreachable
        /// Rejects it with 100 KB that are not valid UTF-8.
        case refusesAtLength
        /// Accepts a delivery, sends an answer that nobody asked for on the same connection, and rejects the next
        /// delivery.
        case answersTwice
        /// Accepts the delivery with the head of an answer and loses the connection.
        case losesTheBody
    }

    /// A delivery as the receiver got it.
    package struct ReceivedDelivery: Sendable, Hashable {
        package let id: String
        package let body: [UInt8]

        package init(id: String, body: [UInt8]) {
            self.id = id
            self.body = body
        }
    }

    /// A destination with its receiver.
    package struct Subject: Sendable {
        let destination: any Destination
        let arrivals: @Sendable () throws -> [ReceivedDelivery]
        let isDone: @Sendable () -> Bool
        let close: @Sendable () -> Void

        /// - Parameters:
        ///   - arrivals: everything that has arrived so far, in order.
        ///   - isDone: whether the receiver has sent everything that it has to send by itself.
        ///   - close: stops the receiver.
        package init(
            _ destination: any Destination,
            arrivals: @escaping @Sendable () throws -> [ReceivedDelivery],
            isDone: @escaping @Sendable () -> Bool = { true },
            close: @escaping @Sendable () -> Void
        ) {
            self.destination = destination
            self.arrivals = arrivals
            self.isDone = isDone
            self.close = close
        }
    }

    private let outcomes: [Situation: AttemptResult.Outcome]
    private let seesHanging: Bool
    private let event: Event
    private let make: @Sendable (Situation, Duration) async throws -> Subject

    /// - Parameters:
    ///   - outcomes: the situations that apply to the kind, each with the outcome of an attempt.
    ///   - seesHanging: whether a delivery to a hanging receiver is among the arrivals.
    ///   - event: the event to deliver; default a message.
    ///   - make: makes a destination in the given situation, with the given timeout.
    package init(
        outcomes: [Situation: AttemptResult.Outcome],
        seesHanging: Bool = true,
        event: Event = DestinationConformance.message,
        make: @escaping @Sendable (Situation, _ timeout: Duration) async throws -> Subject
    ) {
        self.outcomes = outcomes
        self.seesHanging = seesHanging
        self.event = event
        self.make = make
    }

    /// The behaviours that apply to this kind.
    package var behaviours: [Requirement] {
        Requirement.allCases.filter { outcomes[$0.situation] != nil }
    }

    package enum Requirement: String, Sendable, CaseIterable {
        case deliversWhatIsTaken, tellsARefusal, tellsATimeout, tellsThatNobodyIsThere
        case sendsTheSameOnEveryAttempt, endsWhenCancelled, keepsTheStartOfAnAnswer, namesItsTarget
        case takesNoAnswerOfAnotherDelivery, tellsALostBody

        fileprivate var situation: Situation {
            switch self {
            case .deliversWhatIsTaken, .sendsTheSameOnEveryAttempt, .namesItsTarget: .takes
            case .tellsARefusal: .refuses
            case .tellsATimeout, .endsWhenCancelled: .hangs
            case .tellsThatNobodyIsThere: .unreachable
            case .keepsTheStartOfAnAnswer: .refusesAtLength
            case .takesNoAnswerOfAnotherDelivery: .answersTwice
            case .tellsALostBody: .losesTheBody
            }
        }
    }

    /// Tests one behaviour.
    /// - Throws: ``StoreConformanceError``, or the error of making the destination.
    package func run(_ behaviour: Requirement) async throws {
        switch behaviour {
        case .deliversWhatIsTaken: try await deliversWhatIsTaken()
        case .tellsARefusal: try await tellsARefusal()
        case .tellsATimeout: try await tellsATimeout()
        case .tellsThatNobodyIsThere: try await tellsThatNobodyIsThere()
        case .sendsTheSameOnEveryAttempt: try await sendsTheSameOnEveryAttempt()
        case .endsWhenCancelled: try await endsWhenCancelled()
        case .keepsTheStartOfAnAnswer: try await keepsTheStartOfAnAnswer()
        case .namesItsTarget: try await namesItsTarget()
        case .takesNoAnswerOfAnotherDelivery: try await takesNoAnswerOfAnotherDelivery()
        case .tellsALostBody: try await tellsALostBody()
        }
    }

    // MARK: Behaviours

    private func deliversWhatIsTaken() async throws {
        try await on(.takes) { subject in
            let delivery = delivery(attempt: 1)
            let result = await subject.destination.send(delivery, at: Self.moment)
            try expect(result.isDelivered, "got \(result.outcome), \(result.error ?? "no error")")
            try expect(result.error == nil, "a delivered attempt has the error \(result.error ?? "")")
            try expect(result.duration >= .zero, "it took \(result.duration)")
            let arrivals = try subject.arrivals()
            try expect(arrivals == [arrival], "arrived: \(arrivals)")
        }
    }

    private func tellsARefusal() async throws {
        try await on(.refuses) { subject in
            let result = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(result.outcome == outcomes[.refuses], "got \(result.outcome)")
            try expect(result.error?.isEmpty == false, "no word of why")
            let count = try subject.arrivals().count
            try expect(count == 1, "sent \(count) times, not once")
        }
    }

    private func tellsATimeout() async throws {
        try await on(.hangs, timeout: .milliseconds(300)) { subject in
            let result = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(result.outcome == outcomes[.hangs], "got \(result.outcome)")
            try expect(result.error?.isEmpty == false, "no word of why")
        }
    }

    private func tellsThatNobodyIsThere() async throws {
        try await on(.unreachable) { subject in
            let result = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(result.outcome == outcomes[.unreachable], "got \(result.outcome)")
            try expect(result.status == nil, "got a status from nobody")
            try expect(result.error?.isEmpty == false, "no word of why")
        }
    }

    /// Promise 2: the receiver recognizes copies by the id, and signatures cover the bytes.
    private func sendsTheSameOnEveryAttempt() async throws {
        try await on(outcomes[.refuses] == nil ? .takes : .refuses) { subject in
            for attempt in 1...3 {
                let later = Self.moment + .seconds(attempt * 60)
                _ = await subject.destination.send(delivery(attempt: attempt), at: later)
            }
            let arrivals = try subject.arrivals()
            try expect(arrivals == Array(repeating: arrival, count: 3), "arrived: \(arrivals)")
        }
    }

    /// The timeout is a minute and would give `timeout`; only the cancellation gives `interrupted`.
    private func endsWhenCancelled() async throws {
        try await on(.hangs, timeout: .waitLimit) { subject in
            let result = try await withThrowingTaskGroup(of: AttemptResult.self) { group in
                group.addTask { await subject.destination.send(delivery(attempt: 1), at: Self.moment) }
                if seesHanging { try await eventually("the delivery arrives") { try !subject.arrivals().isEmpty } }
                group.cancelAll()
                return try await group.next()
            }
            try expect(result?.outcome == .failed(.interrupted), "got \(String(describing: result?.outcome))")
        }
    }

    private func keepsTheStartOfAnAnswer() async throws {
        try await on(.refusesAtLength) { subject in
            let result = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(result.outcome == outcomes[.refusesAtLength], "got \(result.outcome)")
            let response = result.response ?? ""
            try expect(!response.isEmpty, "nothing is kept of the answer")
            try expect(response.utf8.count <= 4096, "kept \(response.utf8.count) bytes, not at most 4096")
        }
    }

    private func namesItsTarget() async throws {
        try await on(.takes) { subject in
            let result = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(!subject.destination.target.isEmpty, "no target")
            try expect(result.target == subject.destination.target, "the attempt went to \(result.target)")
        }
    }

    /// RFC 9112, 9.2: bytes on an idle connection answer nothing. The second delivery arrives and is refused.
    private func takesNoAnswerOfAnotherDelivery() async throws {
        try await on(.answersTwice) { subject in
            let first = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(first.isDelivered, "got \(first.outcome), \(first.error ?? "no error")")
            try await eventually("the receiver sends its second answer") { subject.isDone() }
            let second = await subject.destination.send(delivery(attempt: 2), at: Self.moment)
            try expect(second.outcome == outcomes[.answersTwice], "got \(second.outcome)")
            let count = try subject.arrivals().count
            try expect(count == 2, "\(count) deliveries arrived, not 2")
        }
    }

    private func tellsALostBody() async throws {
        try await on(.losesTheBody) { subject in
            let result = await subject.destination.send(delivery(attempt: 1), at: Self.moment)
            try expect(result.outcome == outcomes[.losesTheBody], "got \(result.outcome)")
            let count = try subject.arrivals().count
            try expect(count == 1, "sent \(count) times, not once")
        }
    }

    // MARK: Helpers

    private static let moment = Timestamp(seconds: 1_763_029_800)
    /// A received text message.
    package static let message = Event(
        id: EventID(1),
        source: "native",
        type: .messageReceived,
        session: "main",
        chat: "5511999999001@s.whatsapp.net",
        occurredAt: nil,
        receivedAt: moment,
        payload: ["messageId": "A1", "chatId": "5511999999001@s.whatsapp.net", "content": ["text": "Olá 🚚"]]
    )

    private static func delivery(of event: Event, attempt: Int) -> ClaimedDelivery {
        let id = DeliveryID(SortableIDCodec.next(after: 0, at: moment))
        let planned = PlannedDelivery(
            of: event, body: event.raw?.json, to: "subject", lane: nil, pipeline: "default",
            signing: .standardWebhooks)
        return ClaimedDelivery(
            id: id,
            destination: planned.destination,
            session: planned.session,
            type: planned.type,
            chat: planned.chat,
            attempt: attempt,
            attemptInSeries: attempt,
            seriesStartedAt: moment,
            receivedAt: moment,
            signing: planned.signing,
            body: planned.body(for: id)
        )
    }

    /// The expected arrival for an event. A kind that sends something other than the delivery converts what it
    /// received.
    package static func arrival(of event: Event) -> ReceivedDelivery {
        let delivery = delivery(of: event, attempt: 1)
        return ReceivedDelivery(id: delivery.name, body: delivery.body)
    }

    private var arrival: ReceivedDelivery { Self.arrival(of: event) }
    private func delivery(attempt: Int) -> ClaimedDelivery { Self.delivery(of: event, attempt: attempt) }

    private func on(
        _ situation: Situation,
        timeout: Duration = .waitLimit,
        _ body: (Subject) async throws -> Void
    ) async throws {
        let subject = try await make(situation, timeout)
        defer { subject.close() }
        try await body(subject)
    }

    private func expect(_ condition: Bool, _ what: @autoclosure () -> String, line: UInt = #line) throws {
        if !condition { throw StoreConformanceError(description: "\(#fileID):\(line): \(what())") }
    }
}

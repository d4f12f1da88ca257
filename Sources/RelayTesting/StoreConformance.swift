package import RelayCore

/// The requirements for every store. Each behaviour is one test:
///
///     @Test(arguments: StoreConformance.Behaviour.allCases)
///     func conforms(_ behaviour: StoreConformance.Behaviour) async throws {
///         try await conformance.run(behaviour)
///     }
package struct StoreConformance: Sendable {
    let makeStore: @Sendable (any RelayClock) async throws -> any RelayStore
    let reopen: @Sendable (any RelayStore, any RelayClock) async throws -> any RelayStore
    let contents: @Sendable (any RelayStore) async throws -> [UInt8]
    let discard: @Sendable (any RelayStore) async throws -> Void

    /// - Parameters:
    ///   - makeStore: makes a new, empty store.
    ///   - reopen: ends a store like a crash and opens another one on what it had made durable.
    ///   - contents: all bytes that the store has on disk.
    ///   - discard: called with each store when its test has ended.
    package init(
        makeStore: @escaping @Sendable (any RelayClock) async throws -> any RelayStore,
        reopen: @escaping @Sendable (any RelayStore, any RelayClock) async throws -> any RelayStore,
        contents: @escaping @Sendable (any RelayStore) async throws -> [UInt8],
        discard: @escaping @Sendable (any RelayStore) async throws -> Void
    ) {
        self.makeStore = makeStore
        self.reopen = reopen
        self.contents = contents
        self.discard = discard
    }

    /// Tests one behaviour on a new store.
    /// - Throws: ``ConformanceError``, or the store's error.
    package func run(_ behaviour: Behaviour) async throws {
        let clock = ManualClock()
        let trial = ConformanceRun(conformance: self, clock: clock, store: try await makeStore(clock))
        do {
            try await behaviour.check(trial)
        } catch {
            try? await discard(trial.store)
            throw error
        }
        try await discard(trial.store)
    }

    /// Tests all behaviours, one after the other.
    package func runAll() async throws {
        for behaviour in Behaviour.allCases { try await run(behaviour) }
    }

    package enum Behaviour: String, Sendable, CaseIterable {
        // Journal
        case recognizesDuplicates, recognizesDuplicatesThatComeAtOnce, keepsEventsAsTheyCame, listsPendingEventsInOrder
        case registersSessions, keepsWhatItAcceptedThroughACrash, commitsAResultOnce, commitsAResultOnceAmongMany
        case takesRisingRanksOnly, remembersLateMedia, keepsTraces
        // Outbox
        case handsOverWhatWasPlanned, keepsAttempts, claimsNoMoreThanAsked, freesASlotInTheSameExchange
        case ignoresStaleSettlements, tellsWhenTheNextIsDue, recoversWhatWasInFlight, recoversLanes, wakes
        case mergesWakeups, doesNotWakeForWhatItHandsOver
        // Lanes
        case sendsALaneInOrder, letsAFailureHoldUpItsLaneAlone, ordersNothingWithoutALane, goesOnBehindADeadLetter
        case replaysIntoTheOldPlace, replaysBehindWhatIsInFlight, retriesALowerOneFirst
        // Batches
        case waitsUntilABatchIsFull, sendsALaneInOneBatchAtATime, keepsABatchTogether, takesABatchApart
        case fillsBatchesByBytes, claimsSinglyWhatWentTogether
        // Administration
        case retriesWhatIsQueued, retriesWhatIsFinished, cancels, cancelsWhatIsQueuedToADestination
        case replaysDeadLetters, replaysManyDeadLetters, runsAnEventAgainForAStageFailure,
            queuesOnlyWhatAnEarlierRunHasNot, purgesDeadLetters,
            queuesSingly
        case filtersAndPages, figuresAgree, keepsPauses
        // Replays
        case sendsFinishedDeliveriesAgain, passesOverWhatIsOnItsWayAgain, runsEventsAgain
        case passesOverAnotherRunsResult, keepsTheHistoryThroughAReplay
        case replacesFailuresOfStagesInAReplay, surveysSelections, keepsReplays
        // Retention
        case sweepsWhatIsPastItsTime, neverSweepsWhatIsOnItsWay, forgetsDuplicatesInTheEnd, neverGivesAnIDTwice
        // History
        case keepsTheFirstMessage, raisesTheStatus, editsAndDeletesMessages, keepsChats, mergesContacts, mergesGroups
        case queriesMessages, searchesTheDirectory, remembersWhenGatewaysWereAsked,
            findsWhoIsBehindAHiddenIdentity
        // Forwarding
        case keepsForwardedChats, keepsForwardedMessages, keepsForwardedMessagesThroughACrash, renamesForwardedChats
        case sweepsForwardedMessages
        // Sessions
        case managesSessions, followsSessionEvents, listsSessions, deletesSessions, keepsWebhooks, deletesWebhooks
        case encryptsCredentials, keepsAPIKeys
        // All operations together
        case walksAtRandom1, walksAtRandom2, walksAtRandom3

        func check(_ trial: ConformanceRun) async throws {
            switch self {
            case .recognizesDuplicates: try await trial.recognizesDuplicates()
            case .recognizesDuplicatesThatComeAtOnce: try await trial.recognizesDuplicatesThatComeAtOnce()
            case .keepsEventsAsTheyCame: try await trial.keepsEventsAsTheyCame()
            case .listsPendingEventsInOrder: try await trial.listsPendingEventsInOrder()
            case .registersSessions: try await trial.registersSessions()
            case .keepsWhatItAcceptedThroughACrash: try await trial.keepsWhatItAcceptedThroughACrash()
            case .commitsAResultOnce: try await trial.commitsAResultOnce()
            case .commitsAResultOnceAmongMany: try await trial.commitsAResultOnceAmongMany()
            case .takesRisingRanksOnly: try await trial.takesRisingRanksOnly()
            case .remembersLateMedia: try await trial.remembersLateMedia()
            case .keepsTraces: try await trial.keepsTraces()
            case .handsOverWhatWasPlanned: try await trial.handsOverWhatWasPlanned()
            case .keepsAttempts: try await trial.keepsAttempts()
            case .claimsNoMoreThanAsked: try await trial.claimsNoMoreThanAsked()
            case .freesASlotInTheSameExchange: try await trial.freesASlotInTheSameExchange()
            case .ignoresStaleSettlements: try await trial.ignoresStaleSettlements()
            case .tellsWhenTheNextIsDue: try await trial.tellsWhenTheNextIsDue()
            case .recoversWhatWasInFlight: try await trial.recoversWhatWasInFlight()
            case .recoversLanes: try await trial.recoversLanes()
            case .wakes: try await trial.wakes()
            case .mergesWakeups: try await trial.mergesWakeups()
            case .doesNotWakeForWhatItHandsOver: try await trial.doesNotWakeForWhatItHandsOver()
            case .sendsALaneInOrder: try await trial.sendsALaneInOrder()
            case .letsAFailureHoldUpItsLaneAlone: try await trial.letsAFailureHoldUpItsLaneAlone()
            case .ordersNothingWithoutALane: try await trial.ordersNothingWithoutALane()
            case .goesOnBehindADeadLetter: try await trial.goesOnBehindADeadLetter()
            case .replaysIntoTheOldPlace: try await trial.replaysIntoTheOldPlace()
            case .replaysBehindWhatIsInFlight: try await trial.replaysBehindWhatIsInFlight()
            case .retriesALowerOneFirst: try await trial.retriesALowerOneFirst()
            case .waitsUntilABatchIsFull: try await trial.waitsUntilABatchIsFull()
            case .sendsALaneInOneBatchAtATime: try await trial.sendsALaneInOneBatchAtATime()
            case .keepsABatchTogether: try await trial.keepsABatchTogether()
            case .takesABatchApart: try await trial.takesABatchApart()
            case .fillsBatchesByBytes: try await trial.fillsBatchesByBytes()
            case .claimsSinglyWhatWentTogether: try await trial.claimsSinglyWhatWentTogether()
            case .retriesWhatIsQueued: try await trial.retriesWhatIsQueued()
            case .retriesWhatIsFinished: try await trial.retriesWhatIsFinished()
            case .cancels: try await trial.cancels()
            case .cancelsWhatIsQueuedToADestination: try await trial.cancelsWhatIsQueuedToADestination()
            case .replaysDeadLetters: try await trial.replaysDeadLetters()
            case .replaysManyDeadLetters: try await trial.replaysManyDeadLetters()
            case .runsAnEventAgainForAStageFailure: try await trial.runsAnEventAgainForAStageFailure()
            case .queuesOnlyWhatAnEarlierRunHasNot: try await trial.queuesOnlyWhatAnEarlierRunHasNot()
            case .purgesDeadLetters: try await trial.purgesDeadLetters()
            case .queuesSingly: try await trial.queuesSingly()
            case .filtersAndPages: try await trial.filtersAndPages()
            case .figuresAgree: try await trial.figuresAgree()
            case .keepsPauses: try await trial.keepsPauses()
            case .sendsFinishedDeliveriesAgain: try await trial.sendsFinishedDeliveriesAgain()
            case .passesOverWhatIsOnItsWayAgain: try await trial.passesOverWhatIsOnItsWayAgain()
            case .runsEventsAgain: try await trial.runsEventsAgain()
            case .passesOverAnotherRunsResult: try await trial.passesOverAnotherRunsResult()
            case .keepsTheHistoryThroughAReplay: try await trial.keepsTheHistoryThroughAReplay()
            case .replacesFailuresOfStagesInAReplay: try await trial.replacesFailuresOfStagesInAReplay()
            case .surveysSelections: try await trial.surveysSelections()
            case .keepsReplays: try await trial.keepsReplays()
            case .sweepsWhatIsPastItsTime: try await trial.sweepsWhatIsPastItsTime()
            case .neverSweepsWhatIsOnItsWay: try await trial.neverSweepsWhatIsOnItsWay()
            case .forgetsDuplicatesInTheEnd: try await trial.forgetsDuplicatesInTheEnd()
            case .neverGivesAnIDTwice: try await trial.neverGivesAnIDTwice()
            case .keepsTheFirstMessage: try await trial.keepsTheFirstMessage()
            case .raisesTheStatus: try await trial.raisesTheStatus()
            case .editsAndDeletesMessages: try await trial.editsAndDeletesMessages()
            case .keepsChats: try await trial.keepsChats()
            case .mergesContacts: try await trial.mergesContacts()
            case .mergesGroups: try await trial.mergesGroups()
            case .queriesMessages: try await trial.queriesMessages()
            case .searchesTheDirectory: try await trial.searchesTheDirectory()
            case .remembersWhenGatewaysWereAsked: try await trial.remembersWhenGatewaysWereAsked()
            case .findsWhoIsBehindAHiddenIdentity: try await trial.findsWhoIsBehindAHiddenIdentity()
            case .keepsForwardedChats: try await trial.keepsForwardedChats()
            case .keepsForwardedMessages: try await trial.keepsForwardedMessages()
            case .keepsForwardedMessagesThroughACrash: try await trial.keepsForwardedMessagesThroughACrash()
            case .renamesForwardedChats: try await trial.renamesForwardedChats()
            case .sweepsForwardedMessages: try await trial.sweepsForwardedMessages()
            case .managesSessions: try await trial.managesSessions()
            case .followsSessionEvents: try await trial.followsSessionEvents()
            case .listsSessions: try await trial.listsSessions()
            case .deletesSessions: try await trial.deletesSessions()
            case .keepsWebhooks: try await trial.keepsWebhooks()
            case .deletesWebhooks: try await trial.deletesWebhooks()
            case .encryptsCredentials: try await trial.encryptsCredentials()
            case .keepsAPIKeys: try await trial.keepsAPIKeys()
            case .walksAtRandom1: try await trial.walksAtRandom(seed: 1)
            case .walksAtRandom2: try await trial.walksAtRandom(seed: 2)
            case .walksAtRandom3: try await trial.walksAtRandom(seed: 3)
            }
        }
    }
}

/// A requirement that a store did not meet.
package struct ConformanceError: Error, CustomStringConvertible {
    package let description: String
}

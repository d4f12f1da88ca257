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
    /// - Throws: ``StoreConformanceError``, or the store's error.
    package func run(_ behaviour: Behaviour) async throws {
        let clock = ManualClock()
        let run = StoreConformanceContext(conformance: self, clock: clock, store: try await makeStore(clock))
        do {
            try await behaviour.check(run)
        } catch {
            try? await discard(run.store)
            throw error
        }
        try await discard(run.store)
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
        // Identities
        case knowsAPersonUnderEveryID, learnsFromEveryEventBeforeItsKeysAreMade, receiptsRiseUnderEveryID
        case joinsKeysWhenThePhoneBecomesKnown, announcesWhoWasIdentifiedOnce, spellingsOfAPhoneNumberAreOnePerson
        case joinsLanesInTheOrderOfAcceptance, joinsLanesOfEveryDestination, joinsHistoryAndDirectory
        case keepsOneChatForBothSpellings, aPersonIsOneInAnyOrder1, aPersonIsOneInAnyOrder2, aPersonIsOneInAnyOrder3
        // Outbox
        case handsOverWhatWasPlanned, keepsAttempts, claimsNoMoreThanAsked, freesASlotInTheSameExchange
        case ignoresStaleSettlements, tellsWhenTheNextIsDue, recoversWhatWasInFlight, recoversLanes, wakes
        case mergesWakeups, doesNotWakeForWhatItHandsOver
        // Single-transaction intake
        case processesEventsAsItAcceptsThem, tellsTheProcessorWhatIsPending, claimsDeliveriesAsItQueuesThem
        case storesTheSameBodyOnce, recordsAFirstAttemptThatDelivers, keepsMessagesOfDeletedSessionsApart
        // Series of attempts
        case countsNoInterruptedAttempt, startsASeriesWithItsFirstAttempt, stopsASeriesWhileItIsPaused
        case pullsInDueTimes, prefersOtherDeliveries, takesBackWhatWasNotSent
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
        case filtersAndPages, figuresAgree, keepsPauses, keepsReleases, saysBehindWhichDelivery
        // Replays
        case sendsFinishedDeliveriesAgain, skipsWhatIsQueuedAgain, runsEventsAgain
        case passesOverAnotherRunsResult, keepsTheHistoryThroughAReplay
        case replacesFailuresOfStagesInAReplay, surveysSelections, keepsReplays, skipsDeletedWebhooksInAReplay
        // Retention
        case sweepsWhatIsPastItsTime, neverSweepsWhatIsQueued, forgetsDuplicatesInTheEnd, neverGivesAnIDTwice
        // Rejected documents
        case keepsRejectedDocuments, countsRepeatedRejections, limitsRejectedDocuments
        // History
        case keepsTheFirstMessage, replacesAMessageThatCouldNotBeRead, raisesTheStatus, editsAndDeletesMessages,
            keepsChats, mergesContacts, mergesGroups
        case queriesMessages, searchesTheDirectory, remembersWhenGatewaysWereAsked,
            findsWhoIsBehindAHiddenIdentity
        // Forwarding
        case keepsForwardedChats, keepsForwardedMessages, keepsForwardedMessagesThroughACrash, renamesForwardedChats
        case keepsForwardedMessagesOfChatsApart, grantsAnIntentOnce, sweepsForwardedMessages
        case findsTheForwardedChatOfAHiddenIdentity
        // Sessions
        case managesSessions, followsSessionEvents, listsSessions, deletesSessions, keepsWebhooks, deletesWebhooks
        case changesASessionAsAWhole, losesNoChangeOfAWebhook, limitsWebhooks, queuesNothingForADeletedWebhook
        case encryptsCredentials, keepsAPIKeys
        // All operations together
        case walksAtRandom1, walksAtRandom2, walksAtRandom3

        func check(_ run: StoreConformanceContext) async throws {
            switch self {
            case .processesEventsAsItAcceptsThem: try await run.processesEventsAsItAcceptsThem()
            case .tellsTheProcessorWhatIsPending: try await run.tellsTheProcessorWhatIsPending()
            case .claimsDeliveriesAsItQueuesThem: try await run.claimsDeliveriesAsItQueuesThem()
            case .storesTheSameBodyOnce: try await run.storesTheSameBodyOnce()
            case .keepsMessagesOfDeletedSessionsApart: try await run.keepsMessagesOfDeletedSessionsApart()
            case .recordsAFirstAttemptThatDelivers: try await run.recordsAFirstAttemptThatDelivers()
            case .findsTheForwardedChatOfAHiddenIdentity: try await run.findsTheForwardedChatOfAHiddenIdentity()
            case .recognizesDuplicates: try await run.recognizesDuplicates()
            case .recognizesDuplicatesThatComeAtOnce: try await run.recognizesDuplicatesThatComeAtOnce()
            case .keepsEventsAsTheyCame: try await run.keepsEventsAsTheyCame()
            case .listsPendingEventsInOrder: try await run.listsPendingEventsInOrder()
            case .registersSessions: try await run.registersSessions()
            case .keepsWhatItAcceptedThroughACrash: try await run.keepsWhatItAcceptedThroughACrash()
            case .commitsAResultOnce: try await run.commitsAResultOnce()
            case .commitsAResultOnceAmongMany: try await run.commitsAResultOnceAmongMany()
            case .takesRisingRanksOnly: try await run.takesRisingRanksOnly()
            case .remembersLateMedia: try await run.remembersLateMedia()
            case .keepsTraces: try await run.keepsTraces()
            case .knowsAPersonUnderEveryID: try await run.knowsAPersonUnderEveryID()
            case .learnsFromEveryEventBeforeItsKeysAreMade: try await run.learnsFromEveryEventBeforeItsKeysAreMade()
            case .receiptsRiseUnderEveryID: try await run.receiptsRiseUnderEveryID()
            case .joinsKeysWhenThePhoneBecomesKnown: try await run.joinsKeysWhenThePhoneBecomesKnown()
            case .announcesWhoWasIdentifiedOnce: try await run.announcesWhoWasIdentifiedOnce()
            case .spellingsOfAPhoneNumberAreOnePerson: try await run.spellingsOfAPhoneNumberAreOnePerson()
            case .joinsLanesInTheOrderOfAcceptance: try await run.joinsLanesInTheOrderOfAcceptance()
            case .joinsLanesOfEveryDestination: try await run.joinsLanesOfEveryDestination()
            case .joinsHistoryAndDirectory: try await run.joinsHistoryAndDirectory()
            case .keepsOneChatForBothSpellings: try await run.keepsOneChatForBothSpellings()
            case .aPersonIsOneInAnyOrder1: try await run.aPersonIsOneInAnyOrder(seed: 1)
            case .aPersonIsOneInAnyOrder2: try await run.aPersonIsOneInAnyOrder(seed: 2)
            case .aPersonIsOneInAnyOrder3: try await run.aPersonIsOneInAnyOrder(seed: 3)
            case .handsOverWhatWasPlanned: try await run.handsOverWhatWasPlanned()
            case .keepsAttempts: try await run.keepsAttempts()
            case .claimsNoMoreThanAsked: try await run.claimsNoMoreThanAsked()
            case .freesASlotInTheSameExchange: try await run.freesASlotInTheSameExchange()
            case .ignoresStaleSettlements: try await run.ignoresStaleSettlements()
            case .tellsWhenTheNextIsDue: try await run.tellsWhenTheNextIsDue()
            case .recoversWhatWasInFlight: try await run.recoversWhatWasInFlight()
            case .recoversLanes: try await run.recoversLanes()
            case .wakes: try await run.wakes()
            case .mergesWakeups: try await run.mergesWakeups()
            case .doesNotWakeForWhatItHandsOver: try await run.doesNotWakeForWhatItHandsOver()
            case .countsNoInterruptedAttempt: try await run.countsNoInterruptedAttempt()
            case .startsASeriesWithItsFirstAttempt: try await run.startsASeriesWithItsFirstAttempt()
            case .stopsASeriesWhileItIsPaused: try await run.stopsASeriesWhileItIsPaused()
            case .pullsInDueTimes: try await run.pullsInDueTimes()
            case .prefersOtherDeliveries: try await run.prefersOtherDeliveries()
            case .takesBackWhatWasNotSent: try await run.takesBackWhatWasNotSent()
            case .sendsALaneInOrder: try await run.sendsALaneInOrder()
            case .letsAFailureHoldUpItsLaneAlone: try await run.letsAFailureHoldUpItsLaneAlone()
            case .ordersNothingWithoutALane: try await run.ordersNothingWithoutALane()
            case .goesOnBehindADeadLetter: try await run.goesOnBehindADeadLetter()
            case .replaysIntoTheOldPlace: try await run.replaysIntoTheOldPlace()
            case .replaysBehindWhatIsInFlight: try await run.replaysBehindWhatIsInFlight()
            case .retriesALowerOneFirst: try await run.retriesALowerOneFirst()
            case .waitsUntilABatchIsFull: try await run.waitsUntilABatchIsFull()
            case .sendsALaneInOneBatchAtATime: try await run.sendsALaneInOneBatchAtATime()
            case .keepsABatchTogether: try await run.keepsABatchTogether()
            case .takesABatchApart: try await run.takesABatchApart()
            case .fillsBatchesByBytes: try await run.fillsBatchesByBytes()
            case .claimsSinglyWhatWentTogether: try await run.claimsSinglyWhatWentTogether()
            case .retriesWhatIsQueued: try await run.retriesWhatIsQueued()
            case .retriesWhatIsFinished: try await run.retriesWhatIsFinished()
            case .cancels: try await run.cancels()
            case .cancelsWhatIsQueuedToADestination: try await run.cancelsWhatIsQueuedToADestination()
            case .replaysDeadLetters: try await run.replaysDeadLetters()
            case .replaysManyDeadLetters: try await run.replaysManyDeadLetters()
            case .runsAnEventAgainForAStageFailure: try await run.runsAnEventAgainForAStageFailure()
            case .queuesOnlyWhatAnEarlierRunHasNot: try await run.queuesOnlyWhatAnEarlierRunHasNot()
            case .purgesDeadLetters: try await run.purgesDeadLetters()
            case .queuesSingly: try await run.queuesSingly()
            case .filtersAndPages: try await run.filtersAndPages()
            case .figuresAgree: try await run.figuresAgree()
            case .keepsPauses: try await run.keepsPauses()
            case .keepsReleases: try await run.keepsReleases()
            case .saysBehindWhichDelivery: try await run.saysBehindWhichDelivery()
            case .sendsFinishedDeliveriesAgain: try await run.sendsFinishedDeliveriesAgain()
            case .skipsWhatIsQueuedAgain: try await run.skipsWhatIsQueuedAgain()
            case .runsEventsAgain: try await run.runsEventsAgain()
            case .passesOverAnotherRunsResult: try await run.passesOverAnotherRunsResult()
            case .keepsTheHistoryThroughAReplay: try await run.keepsTheHistoryThroughAReplay()
            case .replacesFailuresOfStagesInAReplay: try await run.replacesFailuresOfStagesInAReplay()
            case .surveysSelections: try await run.surveysSelections()
            case .keepsReplays: try await run.keepsReplays()
            case .skipsDeletedWebhooksInAReplay: try await run.skipsDeletedWebhooksInAReplay()
            case .sweepsWhatIsPastItsTime: try await run.sweepsWhatIsPastItsTime()
            case .neverSweepsWhatIsQueued: try await run.neverSweepsWhatIsQueued()
            case .forgetsDuplicatesInTheEnd: try await run.forgetsDuplicatesInTheEnd()
            case .neverGivesAnIDTwice: try await run.neverGivesAnIDTwice()
            case .keepsRejectedDocuments: try await run.keepsRejectedDocuments()
            case .countsRepeatedRejections: try await run.countsRepeatedRejections()
            case .limitsRejectedDocuments: try await run.limitsRejectedDocuments()
            case .keepsTheFirstMessage: try await run.keepsTheFirstMessage()
            case .replacesAMessageThatCouldNotBeRead: try await run.replacesAMessageThatCouldNotBeRead()
            case .raisesTheStatus: try await run.raisesTheStatus()
            case .editsAndDeletesMessages: try await run.editsAndDeletesMessages()
            case .keepsChats: try await run.keepsChats()
            case .mergesContacts: try await run.mergesContacts()
            case .mergesGroups: try await run.mergesGroups()
            case .queriesMessages: try await run.queriesMessages()
            case .searchesTheDirectory: try await run.searchesTheDirectory()
            case .remembersWhenGatewaysWereAsked: try await run.remembersWhenGatewaysWereAsked()
            case .findsWhoIsBehindAHiddenIdentity: try await run.findsWhoIsBehindAHiddenIdentity()
            case .keepsForwardedChats: try await run.keepsForwardedChats()
            case .keepsForwardedMessages: try await run.keepsForwardedMessages()
            case .keepsForwardedMessagesThroughACrash: try await run.keepsForwardedMessagesThroughACrash()
            case .renamesForwardedChats: try await run.renamesForwardedChats()
            case .keepsForwardedMessagesOfChatsApart: try await run.keepsForwardedMessagesOfChatsApart()
            case .grantsAnIntentOnce: try await run.grantsAnIntentOnce()
            case .sweepsForwardedMessages: try await run.sweepsForwardedMessages()
            case .managesSessions: try await run.managesSessions()
            case .followsSessionEvents: try await run.followsSessionEvents()
            case .listsSessions: try await run.listsSessions()
            case .deletesSessions: try await run.deletesSessions()
            case .keepsWebhooks: try await run.keepsWebhooks()
            case .deletesWebhooks: try await run.deletesWebhooks()
            case .changesASessionAsAWhole: try await run.changesASessionAsAWhole()
            case .losesNoChangeOfAWebhook: try await run.losesNoChangeOfAWebhook()
            case .limitsWebhooks: try await run.limitsWebhooks()
            case .queuesNothingForADeletedWebhook: try await run.queuesNothingForADeletedWebhook()
            case .encryptsCredentials: try await run.encryptsCredentials()
            case .keepsAPIKeys: try await run.keepsAPIKeys()
            case .walksAtRandom1: try await run.walksAtRandom(seed: 1)
            case .walksAtRandom2: try await run.walksAtRandom(seed: 2)
            case .walksAtRandom3: try await run.walksAtRandom(seed: 3)
            }
        }
    }
}

/// A requirement that a store did not meet.
package struct StoreConformanceError: Error, CustomStringConvertible {
    package let description: String
}

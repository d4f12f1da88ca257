import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayTesting
import Testing

/// Events that a replay runs through the pipelines again.
struct RerunTests {
    /// Learns the name in an event, and adds the known name to the event.
    private struct NamingStage: Stage {
        var usesDirectory: Bool { true }

        func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
            let (session, chat) = (draft.event.session, draft.event.chat ?? "")
            if let name = draft.event.payload["name"]?.string {
                let contact = Contact(
                    session: session, id: chat, pushName: name, updatedAt: draft.event.receivedAt)
                draft.records.append(.contact(contact))
            }
            draft.event.payload["known"] = .string(context.directory.contact(chat, session: session)?.pushName ?? "-")
            return .next
        }
    }

    private func replay(_ events: [EventID], of selection: ReplaySelection, on fixture: PipelineFixture) async throws {
        let store = fixture.store
        let estimate = try await store.estimate(selection, at: fixture.clock.now)
        let rate = RateLimit(count: 50, per: .seconds(1))
        let replay = try await store.createReplay(selection, rate: rate, estimate: estimate)
        let step = try #require(try await store.advanceReplay(replay.id, limit: 100, at: fixture.clock.now))
        #expect(step.events == events)
        fixture.service.rerun(step.events)
    }

    @Test func anEventRunsAgainAndBringsNewDeliveries() async throws {
        let fixture = try await PipelineFixture([])
        try await fixture.run {
            let ids = try await fixture.accept([event("1"), event("2"), event("3")])
            try await fixture.untilDelivered(["1", "2", "3"])
            try await replay(Array(ids[1...]), of: ReplaySelection(from: .start, events: Array(ids[1...])), on: fixture)
            try await fixture.untilDelivered(["1", "2", "3", "2", "3"])
            try await fixture.accept([event("4")])
            try await fixture.untilDelivered(["1", "2", "3", "2", "3", "4"])
            #expect(try await fixture.pending() == 0)
        }
    }

    @Test func onlyTheNamedPipelineAndDestinationsGetIt() async throws {
        let fixture = try await PipelineFixture([])
        try await fixture.run {
            let ids = try await fixture.accept([event("1")])
            try await fixture.untilDelivered(["1"])
            for selection in [
                ReplaySelection(from: .start, pipeline: "other"), ReplaySelection(from: .start, destinations: ["erp"]),
            ] {
                try await replay(ids, of: selection, on: fixture)
                try await fixture.settle("it has run") { try await fixture.pending() == 0 }
                #expect(try await fixture.delivered() == ["1"])
            }
        }
    }

    @Test func anOldEventDoesNotTakeANewNameAway() async throws {
        let fixture = try await PipelineFixture([NamingStage()])
        try await fixture.run {
            let ids = try await fixture.accept([event("1", ["name": "old"])])
            try await fixture.untilDelivered(["1"])
            try await fixture.accept([event("2", ["name": "new"])])
            try await fixture.untilDelivered(["1", "2"])
            try await replay(ids, of: ReplaySelection(from: .start, events: ids), on: fixture)
            try await fixture.untilDelivered(["1", "2", "1"])
            try await fixture.accept([event("3")])
            try await fixture.untilDelivered(["1", "2", "1", "3"])
            #expect(try await fixture.delivered("known") == ["-", "old", "new", "new"])
            let key = DirectoryEntryKey(session: "main", id: "a@s.whatsapp.net")
            #expect(try await fixture.store.contacts([key]).first?.pushName == "new")
        }
    }
}

import RelayCore
import Testing

struct NodeInformationTests {
    private static let start = Timestamp(seconds: 1_763_029_800)

    private func node(_ number: Int64, _ change: (inout NodeInformation) -> Void = { _ in }) -> NodeInformation {
        var node = NodeInformation(
            number: number, name: "relay-\(number)", version: "0.1.0", startedAt: Self.start, seenAt: Self.start,
            configurationHash: "5a1c0f3be2d94477", isThis: number == 1)
        change(&node)
        return node
    }

    private func warnings(_ others: NodeInformation...) -> [[String]] {
        NodeInformation.withWarnings([node(1)] + others).map(\.warnings)
    }

    @Test func equalNodesHaveNoWarnings() {
        #expect(warnings(node(2), node(3)) == [[], [], []])
    }

    @Test func aNodeIsComparedWithTheOneThatWasAsked() {
        let different = warnings(
            node(2) { $0.configurationHash = "0b77c2a1d94f6e03" }, node(3) { $0.version = "0.2.0" })
        #expect(
            different == [
                [],
                [
                    "Its configuration 0b77c2a1d94f6e03 is not that of relay-1, 5a1c0f3be2d94477: "
                        + "give both the same files, and reload."
                ],
                ["It runs zaphub 0.2.0, and relay-1 runs 0.1.0: upgrade the older one."],
            ])
    }

    @Test func anotherKeyIsAWarningOfAnyNode() {
        let text =
            "Its secret key is not that of the store: give all nodes the same ZAPHUB_SECRET_KEY or store.key_file."
        let this = node(1) { $0.hasOtherKey = true }
        #expect(NodeInformation.withWarnings([this]).map(\.warnings) == [[text]])
        #expect(warnings(node(2) { $0.hasOtherKey = true }) == [[], [text]])
    }

    @Test func aNodeThatIsGoneHasNoWarnings() {
        let gone = node(2) {
            $0.state = .gone
            $0.version = "0.0.9"
            $0.hasOtherKey = true
        }
        #expect(warnings(gone) == [[], []])
    }

    // MARK: A store with one node

    @Test func theOnlyNodeOwnsEverything() {
        let counts = [
            DestinationDeliveryCounts(
                destination: .configured("crm"), counts: [.queued: 3, .inFlight: 2, .delivered: 9],
                oldestQueuedAt: Self.start),
            DestinationDeliveryCounts(
                destination: .configured("erp"), counts: [.queued: 4], oldestQueuedAt: Self.start),
            DestinationDeliveryCounts(
                destination: .pipeline("default"), counts: [.dead: 1], oldestQueuedAt: nil),
        ]
        let dueTimes: [DestinationKey: Timestamp] = [
            .configured("crm"): Self.start + .seconds(7), .configured("erp"): Self.start,
        ]
        let now = Self.start + .seconds(10)
        func filled(paused: Set<DestinationKey> = [], at now: Timestamp) -> NodeInformation {
            SingleNodeDirectory.filled(node(1), counts: counts, dueTimes: dueTimes, paused: paused, at: now)
        }
        let one = filled(at: now)
        #expect(one.isThis && one.share == 100 && one.queued == 7 && one.inFlight == 2)
        #expect(one.lag == .seconds(10))
        #expect(filled(paused: [.configured("erp")], at: now).lag == .seconds(3), "what is held is late on purpose")
        #expect(filled(paused: [.configured("erp")], at: Self.start + .seconds(6)).lag == nil, "nothing is due")
    }
}

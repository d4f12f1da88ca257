import RelayCore
import RelayTesting
import Testing

/// Which node works on which destinations and chats.
struct NodeOwnershipTests {
    private static let destinations = (0..<10_000).map { DestinationKey("wh_\($0)") }

    private func owners(_ nodes: some Sequence<Int64>) -> [DestinationKey: Int64] {
        let ownership = NodeOwnership(version: 1, nodes: nodes)
        return Dictionary(uniqueKeysWithValues: Self.destinations.map { ($0, ownership.owner(of: $0) ?? 0) })
    }

    @Test(arguments: [2, 3, 5, 16])
    func destinationsAndChatsAreSharedEvenly(count: Int64) {
        let ownership = NodeOwnership(version: 1, nodes: 1...count)
        var (destinations, chats): ([Int64: Int], [Int64: Int]) = ([:], [:])
        for number in 0..<10_000 {
            destinations[ownership.owner(of: Self.destinations[number]) ?? 0, default: 0] += 1
            chats[ownership.owner(ofChat: "55119\(number)@s.whatsapp.net", session: "main") ?? 0, default: 0] += 1
        }
        let even = 10_000 / Double(count)
        for shares in [destinations, chats] {
            #expect(shares.count == Int(count))
            #expect(shares.values.allSatisfy { abs(Double($0) - even) < even * 0.15 }, "\(shares)")
        }
    }

    @Test func onlyWhatANodeOwnedMovesWhenItGoes() {
        let (before, after) = (owners([1, 2, 3, 4]), owners([1, 2, 4]))
        #expect(before.allSatisfy { $0.value == 3 || after[$0.key] == $0.value })
        #expect(!after.values.contains(3))
    }

    @Test func orderAndRepetitionOfNumbersDoNotMatter() {
        #expect(owners([9, 4, 1000, 4]) == owners([4, 9, 1000]))
        #expect(NodeOwnership(version: 1, nodes: [3, 1, 3]).nodes == [1, 3])
    }

    @Test func withoutNodesNobodyOwnsAnything() {
        let nobody = NodeOwnership(version: 1, nodes: [])
        #expect(nobody.owner(of: "crm") == nil && nobody.owner(ofChat: "a@s.whatsapp.net", session: "main") == nil)
    }

    @Test func allSpellingsOfAPhoneNumberHaveOneOwner() {
        let ownership = NodeOwnership(version: 1, nodes: 1...50)
        let spellings = ["551187654321@s.whatsapp.net", "5511987654321@s.whatsapp.net"]
        #expect(Set(spellings.map { ownership.owner(ofChat: $0, session: "main") }).count == 1)
    }

    /// Nodes of several versions of this program share a store.
    @Test func ownersAreTheSameInEveryVersion() {
        let ownership = NodeOwnership(version: 1, nodes: [1, 2, 3])
        let owners = ["crm", "erp", "wh_1m85e2w1g0dn3", "n8n"].map { ownership.owner(of: DestinationKey($0)) }
        #expect(owners == [2, 3, 1, 3])
    }

    @Test func sharesAreInPercent() {
        let ownership = NodeOwnership(version: 1, nodes: [1, 2])
        let (one, two) = (
            ownership.share(of: 1, in: Self.destinations), ownership.share(of: 2, in: Self.destinations)
        )
        #expect(abs(one + two - 100) < 0.001 && one > 40 && two > 40)
        #expect(ownership.share(of: 1, in: []) == 0)
    }
}

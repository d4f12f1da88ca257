/// Matches the expected items with the actual ones.
struct ExpectationMatcher<Wanted, There> {
    /// The name of the list: `delivered`.
    let list: String
    let order: PipelineTestExpectation.Order
    /// Only items of one group are compared, for example the deliveries to one destination.
    let wantedGroup: (Wanted) -> String
    let thereGroup: (There) -> String
    /// What differs; empty when it is what is meant.
    let differences: (Wanted, There, _ path: String) -> [ExpectationDifference]
    let missing: (Wanted, _ path: String) -> ExpectationDifference
    let extra: (There) -> ExpectationDifference

    func differences(_ wanted: [Wanted], _ there: [There]) -> [ExpectationDifference] {
        var wantedLeft = Array(wanted.indices)
        var thereLeft = Array(there.indices)
        if order == .any {
            let matches = matches(wanted, there)
            wantedLeft.removeAll { matches.values.contains($0) }
            thereLeft.removeAll { matches[$0] != nil }
        }
        var found: [ExpectationDifference] = []
        for index in wantedLeft {
            let path = "\(list)[\(index)]"
            let group = wantedGroup(wanted[index])
            if let place = thereLeft.firstIndex(where: { thereGroup(there[$0]) == group }) {
                found += differences(wanted[index], there[thereLeft.remove(at: place)], path)
            } else {
                found.append(missing(wanted[index], path))
            }
        }
        return found + thereLeft.map { extra(there[$0]) }
    }

    /// For each actual item, the expected item that it is matched with. The matching has the maximum size (augmenting
    /// paths), so that a general expectation does not take the item that a stricter one needs.
    private func matches(_ wanted: [Wanted], _ there: [There]) -> [Int: Int] {
        let fits = wanted.map { one in
            there.indices.filter {
                thereGroup(there[$0]) == wantedGroup(one) && differences(one, there[$0], "").isEmpty
            }
        }
        var partner: [Int: Int] = [:]
        func place(_ index: Int, _ tried: inout Set<Int>) -> Bool {
            for candidate in fits[index] where tried.insert(candidate).inserted {
                if let other = partner[candidate], !place(other, &tried) { continue }
                partner[candidate] = index
                return true
            }
            return false
        }
        for index in wanted.indices {
            var tried: Set<Int> = []
            _ = place(index, &tried)
        }
        return partner
    }
}

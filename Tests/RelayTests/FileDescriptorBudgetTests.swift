import Testing

@testable import Relay

struct FileDescriptorBudgetTests {
    @Test(arguments: [256, 1024, 4096, 20_000, 262_144])
    func theStoreAndCallersKeepTheirs(limit: Int) {
        let budget = FileDescriptorBudget(limit: limit)
        #expect(budget.callers > 0 && budget.requests > 0 && budget.idle > 0)
        #expect(budget.callers <= 10_000)
        let all = budget.callers + budget.requests + budget.idle
        #expect(all <= max(6, limit - FileDescriptorBudget.reserve))
    }

    @Test func theDefaultNeedsNoMoreThanAnUsualHardLimit() {
        #expect(FileDescriptorBudget(limit: 20_000).requests >= 4096)
        #expect(FileDescriptorBudget(limit: 1024).requests >= 256)
    }
}

import RelayCore
import RelayJQ
import RelayJSON
import RelayTesting
import Testing

@testable import RelayAPI

/// The limit on filters of taps that are evaluated at once.
struct FilterEvaluationPoolTests {
    private let pool = FilterEvaluationPool(2)

    private func program(_ source: String) throws -> JQProgram { try JQProgram.condition(source, budget: .small) }

    /// Takes all permits, as filters under way would.
    private func occupy() async {
        for _ in 0..<2 { #expect(await pool.semaphore.wait()) }
    }

    private func waits(_ count: Int) async throws {
        try await eventually("\(count) filters wait") { pool.semaphore.waiting == count }
    }

    @Test func noMoreThanTheLimitAreEvaluatedAtOnce() async throws {
        await occupy()
        let filter = try program(".a == 1")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<10 {
                group.addTask { [pool] in try await pool.isTrue(filter, of: ["a": .int(Int64(number % 2))]) }
            }
            // All wait, and none is evaluated, until a permit is given back.
            try await waits(10)
            pool.semaphore.signal()
            var answers: [Bool] = []
            for try await answer in group { answers.append(answer) }
            #expect(answers.count { $0 } == 5)
        }
        #expect(pool.semaphore.waiting == 0)
    }

    /// A tap asks for one event after the other, so that no more can wait than there are taps.
    @Test func aCallerWaitsOnceAtATime() async throws {
        await occupy()
        let filter = try program(".a")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask { [pool] in
                    for _ in 0..<20 { _ = try await pool.isTrue(filter, of: ["a": true]) }
                }
            }
            try await waits(5)
            pool.semaphore.signal()
            while try await group.next() != nil { #expect(pool.semaphore.waiting <= 4) }
        }
    }

    @Test func aCancelledCallerLeaves() async throws {
        await occupy()
        let filter = try program(".a")
        let callers = (0..<3).map { _ in
            Task { [pool] in try await pool.isTrue(filter, of: ["a": true]) }
        }
        try await waits(3)
        callers[1].cancel()
        let error = await #expect(throws: JQError.self) { try await callers[1].value }
        #expect(error?.code == .cancelled)
        #expect(pool.semaphore.waiting == 2)
        // The others take their turns, and no permit is lost.
        pool.semaphore.signal()
        #expect(try await callers[0].value)
        #expect(try await callers[2].value)
        #expect(await pool.semaphore.wait())
    }

    @Test(arguments: ["error(\"x\")", "last(repeat(1))"])
    func aFailedFilterGivesItsPermitBack(source: String) async throws {
        let filter = try program(source)
        for _ in 0..<3 {
            await #expect(throws: JQError.self) { try await pool.isTrue(filter, of: nil) }
        }
        await occupy()
    }
}

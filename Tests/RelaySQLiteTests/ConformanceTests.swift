import RelayTesting
import Testing

@Suite struct ConformanceTests {
    static let directories = Directories()

    static let conformance = StoreConformance(
        makeStore: { try await directories.make($0) },
        reopen: { try await directories.reopen($0, $1) },
        contents: { try await directories.contents($0) },
        discard: { await directories.discard($0) }
    )

    @Test(arguments: StoreConformance.Behaviour.allCases)
    func conforms(_ behaviour: StoreConformance.Behaviour) async throws {
        try await Self.conformance.run(behaviour)
    }
}

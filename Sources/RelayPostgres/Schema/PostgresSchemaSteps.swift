internal import RelayCore

/// The steps that make the tables. A version of the tables is the number of steps that are done.
package struct PostgresSchemaSteps: Sendable {
    /// A change of the tables.
    ///
    /// A step that older code can work with is short and adds only: tables, indexes of small tables, columns that may be
    /// null or have a default. It waits for the transactions of the relays that run, and they wait for it.
    package struct Step: Sendable {
        let sql: String
        /// The lowest version whose code works with the tables after this step. The step's own version: all relays must be
        /// stopped for it.
        let compatibleFrom: Int64

        /// - Parameters:
        ///   - sql: statements with semicolons between them. They run in one transaction.
        ///   - compatibleFrom: the lowest version whose code works with the tables afterwards.
        package init(sql: String, compatibleFrom: Int64) {
            self.sql = sql
            self.compatibleFrom = compatibleFrom
        }
    }

    private let steps: [Step]

    /// What this program knows.
    package static let current = PostgresSchemaSteps(PostgresSchema.steps)

    init(_ steps: [Step]) {
        self.steps = steps
    }

    /// The version that this code reads and writes.
    package var version: Int64 { Int64(steps.count) }

    /// The steps with one more, for tests of upgrades.
    package func adding(_ step: Step) -> PostgresSchemaSteps { PostgresSchemaSteps(steps + [step]) }

    /// The step that leads from a version to the next.
    func step(from version: Int64) -> Step { steps[Int(version)] }

    /// The lowest version whose code works with the tables of a version.
    func compatibleFrom(at version: Int64) -> Int64 {
        steps[..<Int(version)].map(\.compatibleFrom).max() ?? version
    }
}

/// The version of the tables of a database.
struct PostgresSchemaVersion: Sendable, Hashable {
    /// 0: the database has no tables of a store.
    var number: Int64
    /// The lowest version whose code works with the tables.
    var compatibleFrom: Int64

    /// - Parameter known: the version that this code knows.
    /// - Returns: nil when this code can work with the tables.
    func refusal(known: Int64, store: String) -> StoreError? {
        guard known < number, known < compatibleFrom else { return nil }
        return StoreError(
            .tooNew,
            """
            the store \(store) has schema \(number), which needs a version of zaphub that knows schema \(compatibleFrom); \
            this one knows schemas up to \(known): start the newer version again, or give this one another store.url
            """
        )
    }
}

internal import CPostgres

/// Sends the statements of a transaction without waiting for their results, and reads these later, in order.
///
/// In a transaction only ``read(_:_:)``, ``finish()``, and the statements that end it wait. After a failure the server
/// skips everything up to the next point of synchronization, which is sent whenever results are awaited; the failure is
/// thrown there. Outside of a transaction each statement is awaited.
final class PostgresPipeline {
    private let connection: LibPQConnection
    private let usesPreparedStatements: Bool
    private var prepared = PreparedStatements()
    private let parameters = PostgresParameters()

    /// What libpq will give, in order; those before `next` were taken.
    private var expected: [ExpectedResult] = []
    private var next = 0
    /// Statements since results were looked for, and the bytes of their values.
    private var window = (statements: 0, bytes: 0)
    private var collected = CollectedResults()
    /// Batches whose runs were not sent yet.
    private var delayed: [PostgresBatch] = []
    /// Whether a batch was sent whose number of changed rows is not known.
    private var hasUncheckedBatch = false
    /// Why the connection cannot be used any more.
    private var end: PostgresError?
    /// Whether a transaction was begun, the statements whose results are not known included.
    private var isTransactionOpen = false

    /// What is sent before results are looked for, so that neither side keeps too many.
    private static let largestWindow = (statements: 256, bytes: 1 << 20)

    init(_ connection: LibPQConnection, usesPreparedStatements: Bool) {
        self.connection = connection
        self.usesPreparedStatements = usesPreparedStatements
    }

    /// Makes every later use fail, and lets go of the statements.
    func close() {
        _ = fail(with: .closed)
        prepared.removeAll()
    }

    // MARK: Batches

    /// Whether runs of a batch may wait for others: the transaction's end sends them.
    var canDelay: Bool { end == nil && isTransactionOpen }

    /// The batch has its first run that is not sent.
    func delay(_ batch: PostgresBatch) { delayed.append(batch) }

    /// Sends the batches.
    func sendDelayed() throws(PostgresError) {
        while !delayed.isEmpty {
            let batch = delayed.removeFirst()
            let rows = batch.rows
            defer { batch.removeAll() }
            try send(batch.statement, as: .batch(batch, rows)) { parameters in
                for column in batch.columns { parameters.append(column) }
            }
            hasUncheckedBatch = true
            try limitWindow()
        }
    }

    private func discardDelayed() {
        for batch in delayed { batch.removeAll() }
        delayed = []
    }

    // MARK: Statements

    /// Sends a statement whose rows are not needed.
    /// - Parameter fill: adds the values.
    func run(_ statement: PostgresStatement, _ fill: (PostgresParameters) -> Void) throws(PostgresError) {
        if statement.role == .rollback {
            discardDelayed()
            // After a failure the server would skip it.
            discard()
        }
        try sendDelayed()
        // The server would commit what a batch has not changed as assumed.
        if statement.role == .commit, hasUncheckedBatch { try finish() }
        try send(statement, as: .statement(statement), fill)
        switch statement.role {
        case .begin: isTransactionOpen = true
        case .commit, .rollback: try finish()
        case .other where !isTransactionOpen: try finish()
        case .other: try limitWindow()
        }
    }

    private func limitWindow() throws(PostgresError) {
        if window.statements >= Self.largestWindow.statements || window.bytes >= Self.largestWindow.bytes {
            try takeArrived()
        }
    }

    /// Sends a statement and waits for its result.
    func read(
        _ statement: PostgresStatement, _ fill: (PostgresParameters) -> Void
    ) throws(PostgresError) -> PostgresResult {
        try sendDelayed()
        collected.keepsLast = true
        defer { collected.keepsLast = false }
        try send(statement, as: .statement(statement), fill)
        try finish()
        guard let result = collected.takeLast() else {
            throw PostgresError(sqlState: "", message: "PostgreSQL gave no result", sql: statement.sql)
        }
        let rows = PostgresResult(result)
        try rows.checkTypes(sql: statement.sql)
        return rows
    }

    /// Waits for the results of everything that was sent.
    /// - Throws: the first failure since the last call.
    func finish() throws(PostgresError) {
        if let end { throw end }
        try sendDelayed()
        try collect()
        if let error = collected.takeError() { throw error }
    }

    /// Waits as ``finish()`` does. A failure is thrown by the next call that waits, unless that is a ROLLBACK.
    var isInTransaction: Bool {
        guard end == nil, (try? collect()) != nil else { return false }
        if !isTransactionOpen { discardDelayed() }
        return isTransactionOpen
    }

    /// Waits, and tells how many rows the last statement changed that changes rows.
    func changesCount() throws(PostgresError) -> Int {
        try finish()
        return collected.changes
    }

    /// Runs several statements, separated by semicolons and without values, outside of the pipeline.
    func runScript(_ sql: String) throws(PostgresError) {
        try finish()
        guard PQexitPipelineMode(connection.handle) == 1, let result = PQexec(connection.handle, sql) else {
            throw fail(with: .lost(connection.handle, sql: sql))
        }
        defer { PQclear(result) }
        let error = PQresultStatus(result) == PGRES_FATAL_ERROR ? PostgresError(result, sql: sql) : nil
        guard !connection.isLost, PQenterPipelineMode(connection.handle) == 1 else {
            if let error, error.kind == .broken { throw fail(with: error) }
            throw fail(with: .lost(connection.handle, sql: sql))
        }
        isTransactionOpen = connection.isInTransaction
        if let error { throw error }
    }

    // MARK: Sending

    private func send(
        _ statement: PostgresStatement, as result: ExpectedResult, _ fill: (PostgresParameters) -> Void
    ) throws(PostgresError) {
        if let end { throw end }
        parameters.removeAll()
        fill(parameters)
        window.statements += 1
        window.bytes += parameters.byteCount
        // BEGIN, COMMIT and ROLLBACK are cheap to parse, and nothing may be sent before a ROLLBACK.
        guard usesPreparedStatements, statement.role == .other else {
            return try submit(result, sql: statement.sql) {
                parameters.withPointers { values, lengths, formats in
                    PQsendQueryParams(
                        connection.handle, statement.sql, parameters.count, parameters.types, values, lengths, formats,
                        1)
                }
            }
        }
        if !statement.isPrepared(for: parameters.types) { try prepare(statement) }
        prepared.noteUse(of: statement)
        try submit(result, sql: statement.sql) {
            parameters.withPointers { values, lengths, formats in
                PQsendQueryPrepared(
                    connection.handle, statement.name, parameters.count, values, lengths, formats, 1)
            }
        }
    }

    /// Prepares a statement for values of the types that are at hand, and those of its earlier preparation for NULLs.
    private func prepare(_ statement: PostgresStatement) throws(PostgresError) {
        var types = parameters.types
        if let earlier = statement.preparation?.types, earlier.count == types.count {
            for index in types.indices where types[index] == 0 { types[index] = earlier[index] }
        }
        let preparation = prepared.prepare(statement, types: types)
        do {
            try submit(.preparation(statement, preparation.number), sql: statement.sql) {
                PQsendPrepare(connection.handle, preparation.name, statement.sql, Int32(types.count), types)
            }
        } catch {
            prepared.remove(preparation.number, of: statement)
            throw error
        }
        for number in prepared.takeUnused() {
            let sql = "DEALLOCATE \(PostgresStatement.Preparation.name(number))"
            try submit(.deallocation(number), sql: sql) {
                PQsendQueryParams(connection.handle, sql, 0, nil, nil, nil, nil, 1)
            }
        }
    }

    /// Calls a function of libpq that sends something, and expects its result.
    private func submit(
        _ result: ExpectedResult, sql: String, _ call: () -> Int32
    ) throws(PostgresError) {
        guard call() == 1 else {
            if connection.isLost { throw fail(with: .lost(connection.handle, sql: sql)) }
            let reason = PostgresError.lost(connection.handle).message
            throw PostgresError(sqlState: "", message: "libpq did not send a statement: \(reason)", sql: sql)
        }
        expected.append(result)
    }

    // MARK: Results

    /// Lets the server send the results that it has, sends what waits here, and takes what has arrived.
    private func takeArrived() throws(PostgresError) {
        window = (0, 0)
        PQsendFlushRequest(connection.handle)
        try flush()
        connection.readInput()
        while next < expected.count, connection.hasResult { try takeResult() }
        expected.removeFirst(next)
        next = 0
    }

    private func collect() throws(PostgresError) {
        guard !expected.isEmpty else { return }
        try submit(.synchronization, sql: "") { PQpipelineSync(connection.handle) }
        window = (0, 0)
        try flush()
        while next < expected.count { try takeResult() }
        hasUncheckedBatch = false
        expected.removeAll(keepingCapacity: true)
        next = 0
        isTransactionOpen = connection.isInTransaction
    }

    private func discard() {
        guard (try? collect()) != nil else { return }
        _ = collected.takeError()
    }

    private func flush() throws(PostgresError) {
        do { try connection.flush() } catch { throw fail(with: error) }
    }

    /// Takes one result, or the mark after the last of a statement.
    private func takeResult() throws(PostgresError) {
        let result = connection.nextResult()
        let item = expected[next]
        guard let result else {
            // Without a connection libpq gives nothing but such marks.
            if connection.isLost { throw fail(with: .lost(connection.handle)) }
            next += 1
            return
        }
        if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
            PQclear(result)
            next += 1
            return
        }
        if !collected.add(result, of: item) {
            switch item {
            case .preparation(let statement, let number): prepared.remove(number, of: statement)
            case .deallocation(let number): prepared.putBack(unused: number)
            case .statement, .batch, .synchronization: break
            }
        }
        if connection.isLost { throw fail(with: .lost(connection.handle)) }
    }

    /// The connection cannot be used any more.
    private func fail(with error: PostgresError) -> PostgresError {
        if let end { return end }
        // What the server said before it ended the connection tells more.
        let reason = collected.takeError().flatMap { $0.kind == .broken ? $0 : nil } ?? error
        end = reason
        discardDelayed()
        expected = []
        next = 0
        isTransactionOpen = false
        return reason
    }
}

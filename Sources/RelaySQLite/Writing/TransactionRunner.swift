internal import GRDB
internal import RelayCore
internal import RelaySQL

/// Performs a batch of operations in transactions.
struct TransactionRunner {
    let writer: StoreWriter
    let ids: RisingIDs
    let checkpoints: WALCheckpointer
    let shared: SQLStore.Shared
    var space: DiskFullState

    /// Performs all of them and answers each. False when the connection must not be used any more.
    mutating func perform(_ batch: [WriteOperation]) -> Bool {
        var operations = batch
        if space.isFull, !space.recover(writer) { operations = refuseGrowth(operations) }
        guard !operations.isEmpty else { return true }
        do {
            try commit(operations)
            return true
        } catch {
            switch DatabaseErrorKind(error) {
            case .full:
                space.becomeFull()
                checkpoints.truncate(databaseBytes: writer.database.databaseBytes)
                return performSingly(refuseGrowth(operations))
            case .other where operations.count > 1:
                // One of them fails; the others may succeed.
                return performSingly(operations)
            case .other, .busy:
                fail(operations, error)
                return true
            case .broken:
                fail(operations, error)
                return false
            }
        }
    }

    private func performSingly(_ operations: [WriteOperation]) -> Bool {
        for (index, operation) in operations.enumerated() {
            do {
                try commit([operation])
            } catch {
                operation.fail(StoreError(error))
                if case .broken = DatabaseErrorKind(error) {
                    fail(Array(operations[(index + 1)...]), error)
                    return false
                }
            }
        }
        return true
    }

    /// One transaction. No caller is answered before it is on disk; when it fails, nothing was changed.
    private func commit(_ operations: [WriteOperation]) throws {
        var answers: [@Sendable () -> Void] = []
        answers.reserveCapacity(operations.count)
        do {
            try writer.begin(shared.extensions.current)
            for operation in operations { answers.append(try operation.run(writer)) }
            try writer.commit()
        } catch {
            writer.rollback()
            shared.recentEvents.restart(after: EventID(ids.lastEvent))
            throw error
        }
        let changes = writer.takeJournalChanges()
        shared.recentEvents.add(changes.accepted, processed: changes.processed)
        shared.notifications.add(writer.takeAwakened())
        for answer in answers { answer() }
    }

    private func refuseGrowth(_ operations: [WriteOperation]) -> [WriteOperation] {
        operations.filter { operation in
            guard operation.space == .grows else { return true }
            operation.fail(.full)
            return false
        }
    }

    private func fail(_ operations: [WriteOperation], _ error: any Error) {
        let failure = StoreError(error)
        for operation in operations { operation.fail(failure) }
    }
}

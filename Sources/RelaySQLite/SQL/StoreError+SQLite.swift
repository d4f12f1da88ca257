internal import GRDB
internal import RelayCore
internal import RelaySQL

/// What a failure means for the writer.
enum DatabaseErrorKind {
    /// The disk is full.
    case full
    /// The connection must not be used any more.
    case broken
    /// Another program holds the database.
    case busy
    /// The failure concerns one operation only.
    case other

    init(_ error: any Error) {
        guard let error = error as? DatabaseError else {
            self = .other
            return
        }
        switch error.extendedResultCode {
        case .SQLITE_IOERR_SHMSIZE:
            self = .full
            return
        default: break
        }
        self =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_NOMEM,
                .SQLITE_MISUSE:
                .broken
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            default: .other
            }
    }
}

extension StoreError {
    /// What a failure of the database means for the caller.
    init(_ error: any Error) {
        if let error = error as? StoreError {
            self = error
            return
        }
        self =
            switch DatabaseErrorKind(error) {
            case .full: .full
            case .busy:
                StoreError(
                    .unavailable,
                    "another program is writing to the store's file; close it (a database shell, a backup tool)"
                )
            case .broken, .other: StoreError(.unavailable, "the store's database failed: \(Self.text(of: error))")
            }
    }

    private static func text(of error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        return "\(error.message ?? "no message") (SQLite result \(error.extendedResultCode.rawValue))"
    }
}

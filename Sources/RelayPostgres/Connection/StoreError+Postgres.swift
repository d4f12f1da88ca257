internal import RelayCore

extension StoreError {
    /// What a failure of the database means for the caller. Values of rows are left out.
    init(_ error: any Error) {
        if let error = error as? StoreError {
            self = error
            return
        }
        guard let error = error as? PostgresError else {
            self = StoreError(.unavailable, "the store's database failed: \(error)")
            return
        }
        self =
            switch error.kind {
            case .full:
                StoreError(
                    .full,
                    """
                    the disk of the PostgreSQL server is full; free some space there, the store goes on by itself
                    """)
            case .broken:
                StoreError(
                    .unavailable,
                    """
                    the connection to PostgreSQL failed: \(error); check that the server runs and that store.url is \
                    right, the store connects again by itself
                    """)
            case .readOnly:
                StoreError(
                    .unavailable,
                    """
                    the PostgreSQL server takes no writes (\(error)): it is a standby, or read-only; let store.url \
                    name the primary, or all servers with target_session_attrs=read-write
                    """)
            case .retryable:
                StoreError(.unavailable, "another transaction of PostgreSQL was in the way (\(error)); try again")
            case .other: StoreError(.unavailable, Self.text(of: error))
            }
    }

    private static func text(of error: PostgresError) -> String {
        switch error.sqlState {
        case "26000", "42P05":
            """
            PostgreSQL has lost a prepared statement (\(error)): a connection pooler gives each transaction another \
            connection; write store.pooling: transaction, or use the pooler's session mode
            """
        case "42501":
            "the user of store.url lacks a right: \(error); grant it, or let the owner of the tables connect"
        case "53200", "53300", "53400":
            "PostgreSQL lacks a resource: \(error); raise the limit of the server that it names"
        default: "PostgreSQL refused a statement of the store: \(error)"
        }
    }
}

package import RelayCore

extension StoreError {
    package static let full = StoreError(
        .full,
        "the disk of the store is full; free some space, the store goes on by itself"
    )

    package static let closed = StoreError(.unavailable, "the store is closed")
}

internal import RelayCore
internal import RelaySQL

/// Numbers from blocks of the database: each transaction takes blocks of its own, after it has begun, so what was committed
/// before has lower numbers, whichever node committed it.
final class PostgresIDs: StoreIDs {
    /// Numbers in a block. Block `b` begins with the number `b * blockSize`.
    static let blockBits = 12

    private let connection: PostgresConnection
    private var next: Int64 = 0
    private var end: Int64 = 0

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// The rest of a block is not used: a later transaction must not have lower numbers than one of another node that was
    /// committed in the meantime.
    func transactionBegan() { end = next }

    func nextEvent(at moment: Timestamp) throws -> Int64 { try next(at: moment) }

    func nextDelivery(at moment: Timestamp) throws -> Int64 { try next(at: moment) }

    func lastDelivery(at moment: Timestamp) throws -> Int64 { try next(at: moment) }

    /// The sequence of blocks keeps the highest number.
    func rowsWereDeleted() {}

    private func next(at moment: Timestamp) throws -> Int64 {
        if next == end {
            let first = moment.milliseconds << (Int64(SortableIDCodec.counterBits - Self.blockBits))
            let block = try connection.query("SELECT next_id_block($1)", [.int(first)]).first { $0.int(0) } ?? 0
            next = block << Int64(Self.blockBits)
            end = (block + 1) << Int64(Self.blockBits)
        }
        next += 1
        return next - 1
    }
}

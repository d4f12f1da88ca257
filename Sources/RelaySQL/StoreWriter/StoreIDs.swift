package import RelayCore

/// Gives the numbers of new events and deliveries. What was committed before a transaction began has lower numbers than
/// what that transaction adds, and a number is never given twice, also after retention has deleted its row.
package protocol StoreIDs: AnyObject {
    func nextEvent(at moment: Timestamp) throws -> Int64
    func nextDelivery(at moment: Timestamp) throws -> Int64

    /// A number that no delivery of an earlier transaction exceeds, and none of a later one falls below.
    func lastDelivery(at moment: Timestamp) throws -> Int64

    /// Retention has deleted rows.
    func rowsWereDeleted() throws
}

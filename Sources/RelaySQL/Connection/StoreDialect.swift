/// What the statements of a store have that is not the same for every database.
package struct StoreDialect: Sendable {
    /// What a claim sets beside the columns of every store, such as `, node = 1`.
    package var claimColumns = ""
    /// SQL at the end of a SELECT whose row is changed afterwards: it keeps other writers from that row until the end of
    /// the transaction, such as ` FOR UPDATE`. Empty when there are none.
    package var rowLock = ""
    /// Whether a delivery's body is a column of its row. Otherwise it is a row of its own, which the deliveries of an event
    /// share. Rows that were copied from another store may have it there in either case.
    package var hasBodiesInDeliveries = false

    package init() {}

    /// SQL: the body of the delivery `d`, with ``bodyJoin``.
    var body: String { hasBodiesInDeliveries ? "ifnull(d.body, b.body)" : "b.body" }

    /// SQL: what is joined to `deliveries d` for ``body``.
    var bodyJoin: String { "LEFT JOIN delivery_bodies b ON b.id = ifnull(d.body_id, d.id)" }
}

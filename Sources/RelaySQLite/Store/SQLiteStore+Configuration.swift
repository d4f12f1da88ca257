extension SQLiteStore {
    /// Bounds of a store. The defaults fit one machine.
    package struct Configuration: Sendable {
        /// Changes that may wait for the disk; more are refused as overload. Default 20,000.
        package var maxWaitingOperations = 20_000
        /// Bytes that may wait for the disk. Default 64 MiB.
        package var maxWaitingBytes = 64 << 20
        /// Disk space in reserve, for settling deliveries while the disk is full; 0: none. Default 16 MiB.
        package var diskReserveBytes = 16 << 20
        /// The writer's page cache; each reader has an eighth of it. Default 64 MiB.
        package var cacheBytes = 64 << 20
        /// Connections that read at once. Default 4.
        package var readers = 4

        package init() {}
    }
}

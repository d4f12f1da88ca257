package import RelayConfig
package import RelayCore

extension FileOptions: CheckableDestinationKind {
    package func checkup(
        _ common: RelayConfiguration.Destination,
        in environment: CheckupEnvironment
    ) async -> [CheckupFinding] {
        DirectoryCheck(file: path).findings
    }
}

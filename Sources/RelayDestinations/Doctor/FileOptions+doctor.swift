package import RelayConfig
package import RelayCore

extension FileOptions: CheckableDestinationKind {
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        FileSystemCheck(file: path).findings
    }
}

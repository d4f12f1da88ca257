package import RelayConfig
package import RelayCore

extension FileOptions: CheckableDestinationKind {
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        DirectoryCheck(file: path).findings
    }
}

package import RelayConfig
package import RelayCore

extension FileDestinationOptions: CheckableDestinationKind {
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        FileSystemDoctorCheck(file: path).findings
    }
}

public import RelayConfig
public import RelayCore

extension FileOptions: CheckedKind {
    public func checkup(
        _ common: RelayConfiguration.Destination,
        in environment: CheckupEnvironment
    ) async -> [Finding] {
        FolderCheck(file: path).findings
    }
}

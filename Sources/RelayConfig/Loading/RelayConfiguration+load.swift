extension RelayConfiguration {
    /// Reads `config.yaml` and the pipelines next to it.
    /// - Parameter path: the path of `config.yaml`, absolute or relative to the working directory.
    /// - Parameter assumesVariables: whether variables that are not set, and files of `${file:…}` that cannot be read,
    ///   are treated as set to an unknown value. Such a configuration can only be checked, not run.
    /// - Throws: all mistakes of all files together.
    package static func load(
        path: String,
        environment: [String: String],
        registry: ConfigurationKindRegistry,
        assumesVariables: Bool = false
    ) throws(InvalidConfigurationError) -> Loaded {
        let loader = ConfigurationLoader(
            path: path, environment: environment, registry: registry, assumes: assumesVariables)
        let configuration = loader.load()
        let diagnostics = loader.diagnostics
        guard let configuration, !diagnostics.contains(where: { $0.severity == .error }) else {
            throw InvalidConfigurationError(diagnostics: diagnostics)
        }
        return Loaded(configuration: configuration, warnings: diagnostics)
    }
}

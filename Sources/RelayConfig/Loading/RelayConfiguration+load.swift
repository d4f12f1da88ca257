extension RelayConfiguration {
    /// Reads `config.yaml` and the pipelines beside it.
    /// - Parameter path: of `config.yaml`; relative to the working directory.
    /// - Parameter assumesVariables: whether variables that are not set, and files of `${file:…}`, have some value all the
    ///   same. Such a configuration is good for checking only.
    /// - Throws: every mistake of every file at once.
    package static func load(
        path: String,
        environment: [String: String],
        registry: ConfigurationRegistry,
        assumesVariables: Bool = false
    ) throws(ConfigurationError) -> Loaded {
        let loader = ConfigurationLoader(
            path: path, environment: environment, registry: registry, assumes: assumesVariables)
        let configuration = loader.load()
        let diagnostics = loader.diagnostics
        guard let configuration, !diagnostics.contains(where: { $0.severity == .error }) else {
            throw ConfigurationError(diagnostics: diagnostics)
        }
        return Loaded(configuration: configuration, warnings: diagnostics)
    }
}

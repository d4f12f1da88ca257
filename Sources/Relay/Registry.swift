package import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayFormats
internal import RelayHTTPClient
internal import RelaySources
internal import RelayStages
internal import RelayTestRunner

extension ConfigurationRegistry {
    /// Everything that this build of the relay brings along.
    package static var builtIn: ConfigurationRegistry {
        var registry = ConfigurationRegistry(
            stages: BuiltInStages.all,
            destinations: BuiltInDestinations.all,
            formats: BuiltInFormats.all.map { $0.name },
            secretFields: BuiltInFormats.all.reduce(into: [:]) { $0[$1.name] = $1.secretField },
            transports: BuiltInTransports.names,
            summaries: ConfigurationRegistry.Summaries(
                formats: BuiltInFormats.all.reduce(into: [:]) { $0[$1.name] = $1.summary },
                transports: BuiltInTransports.summaries
            ),
            testOptions: PipelineTestSuite.options,
            pipelineURLCheck: { egress, server in
                // A guard that cannot be made is reported by itself.
                let egress = try? EgressGuard(egress, server: server)
                return { url in egress?.problem(url) }
            },
            egressCheck: { entry in
                do throws(EgressGuard.ParseError) {
                    _ = try EgressGuard(allow: [entry])
                    return nil
                } catch {
                    return error.message
                }
            }
        )
        registry.authAdvice = BuiltInFormats.all.reduce(into: [:]) { $0[$1.name] = $1.authAdvice }
        registry.authExamples = BuiltInFormats.all.reduce(into: [:]) { $0[$1.name] = $1.authExample }
        registry.eventTypes = BuiltInFormats.all.reduce(into: [:]) { $0[$1.name] = BuiltInFormats.eventTypes(of: $1) }
        registry.rawFormats = Set(BuiltInFormats.all.filter { $0.keepsRaw }.map { $0.name })
        return registry
    }
}

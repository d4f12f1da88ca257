package import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayFormats
internal import RelayHTTPClient
internal import RelaySources
internal import RelayStages
internal import RelayTestRunner

extension ConfigurationKindRegistry {
    /// The stages, destinations, formats and transports included in this build.
    package static var builtIn: ConfigurationKindRegistry {
        ConfigurationKindRegistry(
            stages: BuiltInStages.all,
            destinations: BuiltInDestinations.all,
            formats: BuiltInSourceFormats.all,
            transports: BuiltInTransports.all,
            testOptions: PipelineTestSuite.options,
            pipelineURLCheck: { egress, server in
                // A guard that cannot be created is reported separately.
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
    }
}

package import RelayJSON

/// The configuration as people may see it.
package enum SecretScrubber {
    /// The resolved configuration with its defaults, as JSON. Secrets, header values, queries of addresses and the
    /// store's password are `***`; pipelines are shown as written, with `${…}` in place.
    package static func json(of configuration: RelayConfiguration) -> JSON {
        configuration.scrubbed
    }
}

internal import RelayCore

extension BreakerPolicy {
    private static let standard = BreakerPolicy()
    private static let failuresField = OptionField.int(
        "failures", "Failures in a row, of 3 chats at least, that open it.", 1...1000, default: standard.failures)
    private static let probeField = OptionField.duration(
        "probe_interval", "The wait before the first probe.", default: standard.probeInterval)
    private static let maxProbeField = OptionField.duration(
        "max_probe_interval", "No wait between probes is longer.", default: standard.maxProbeInterval)

    /// `delivery: breaker:`.
    static let fields = [AnyOptionField(failuresField), AnyOptionField(probeField), AnyOptionField(maxProbeField)]

    init(_ options: OptionReader) throws {
        self.init(
            failures: try options(Self.failuresField),
            probeInterval: try options(Self.probeField),
            maxProbeInterval: try options(Self.maxProbeField)
        )
        guard probeInterval <= maxProbeInterval else {
            throw options.fail(Self.probeField, "\"probe_interval\" is longer than max_probe_interval")
        }
    }
}

package import RelayCore

extension DestinationKey: ExpressibleByStringInterpolation {
    /// Tests write keys in their text form.
    package init(stringLiteral text: String) { self.init(text) }
}

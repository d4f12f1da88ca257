package import RelayConfig
package import RelayCore
internal import RelayCrypto

/// Authentication by a header field with a secret value, such as `apikey`.
package struct HeaderAuthentication: IntakeAuthentication {
    package static let kind = "header"
    package static let summary = "Callers send a header with a value that both know."
    static let name = OptionField.headerName("name", "The header that callers send.")
    static let value = OptionField.secret("value", "The header's value.")
    package static let fields = [AnyOptionField(name), AnyOptionField(value)]

    let name: String
    let value: String

    package init(_ options: OptionReader) throws {
        name = try options(Self.name)
        value = try options(Self.value)
    }

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        header(name).map { ConstantTime.areEqual($0, value) } ?? false
    }
}

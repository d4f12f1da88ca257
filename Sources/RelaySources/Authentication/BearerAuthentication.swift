package import RelayConfig
package import RelayCore
internal import RelayCrypto

/// Authentication by `Authorization: Bearer TOKEN`.
package struct BearerAuthentication: IntakeAuthentication {
    package static let kind = "bearer"
    package static let summary = "Callers send `Authorization: Bearer TOKEN`."
    static let token = OptionField.secret("token", "The token that callers send.")
    package static let fields = [AnyOptionField(token)]

    let token: String

    package init(_ options: OptionReader) throws {
        token = try options(Self.token)
    }

    init(token: String) {
        self.token = token
    }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        guard let value = header("authorization") else { return false }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return ConstantTime.areEqual(parts[1].drop { $0 == " " }, token)
    }
}

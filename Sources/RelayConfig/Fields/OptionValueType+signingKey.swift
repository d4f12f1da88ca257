internal import RelayCore
internal import RelayJSON

extension OptionValueType where Value == String {
    /// A key that signs deliveries; shown as `***`.
    static var signingKey: OptionValueType {
        OptionValueType("a secret", isSecret: true, show: { _ in .string("***") }) { node in
            let key = try OptionValueType.secret.parse(node)
            if let problem = SigningKeyRules.problem(with: key) {
                throw node.issues("\"\(node.label)\" \(problem.message)", help: problem.help)
            }
            return key
        }
    }
}

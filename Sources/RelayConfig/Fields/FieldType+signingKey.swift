internal import RelayCore
internal import RelayJSON

extension FieldType where Value == String {
    /// A key that signs deliveries; shown as `***`.
    static var signingKey: FieldType {
        FieldType("a secret", isSecret: true, show: { _ in .string("***") }) { node in
            let key = try FieldType.secret.parse(node)
            if let problem = SigningKeyRules.problem(with: key) {
                throw node.issues("\"\(node.label)\" \(problem.message)", help: problem.help)
            }
            return key
        }
    }
}

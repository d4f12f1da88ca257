package import RelayJQ
internal import RelayJSON

extension OptionValueType where Value == JQProgram {
    /// A jq program, compiled when the configuration loads.
    package static var expression: OptionValueType<JQProgram> {
        program { (source, budget) throws(JQError) in try JQProgram(source, budget: budget) }
    }

    /// A jq program whose result is only true or false. An assignment is a mistake in it.
    package static var conditionExpression: OptionValueType<JQProgram> {
        program { (source, budget) throws(JQError) in try JQProgram.condition(source, budget: budget) }
    }

    private static func program(
        _ compile: @escaping @Sendable (_ source: String, _ budget: JQBudget) throws(JQError) -> JQProgram
    ) -> OptionValueType<JQProgram> {
        OptionValueType("a jq expression", show: { _ in .string("a jq expression") }, showNode: { $0.json }) { node in
            let text = try node.text(expected: "a jq expression")
            do throws(JQError) {
                return try compile(text, node.origin.expressionBudget)
            } catch {
                let kind = error.code == .assignment ? "condition" : "jq expression"
                let message = "\"\(node.label)\" is no \(kind): \(error.message)"
                guard let offset = error.offset else { throw node.issues(message, code: .invalidExpression) }
                throw node.fail(message, at: text.scalarOffset(ofByte: offset), code: .invalidExpression)
            }
        }
    }
}

extension OptionField where Value == JQProgram {
    /// A jq program, compiled when the configuration loads.
    package static func expression(_ name: String, _ summary: String) -> OptionField<JQProgram> {
        OptionField(name, summary, .expression)
    }

    /// A jq program whose result is only true or false.
    package static func conditionExpression(_ name: String, _ summary: String) -> OptionField<JQProgram> {
        OptionField(name, summary, .conditionExpression)
    }
}

extension String {
    /// The offset in Unicode scalars of an offset in UTF-8 bytes.
    func scalarOffset(ofByte offset: Int) -> Int {
        String(decoding: utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
    }
}

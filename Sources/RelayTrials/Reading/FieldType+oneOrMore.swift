internal import RelayConfig

extension FieldType {
    /// A list in which a single one needs no brackets, a map of options included.
    static func oneOrMore<Element>(_ element: FieldType<Element>) -> FieldType where Value == [Element] {
        .custom("a list of \(element.name)") { node in
            try Mistakes.collect(node.elements) { try element.parse($0) }
        }
    }
}

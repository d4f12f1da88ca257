internal import RelayConfig

extension OptionValueType {
    /// A list in which a single element, also a map of options, needs no brackets.
    static func oneOrMore<Element>(_ element: OptionValueType<Element>) -> OptionValueType where Value == [Element] {
        let name = if case .options = element.shape { "maps of options" } else { element.name }
        return .custom("a list of \(name)", .list(element.shape)) { node in
            try ValueIssuesCollection.collect(node.elements) { try element.parse($0) }
        }
    }
}

extension OptionValueSchema {
    /// A string that is valid for an option of this shape, used in place of an unknown value.
    var sample: String {
        switch self {
        case .words(let words): words.first ?? "x"
        case .bool: "true"
        case .int(let range): String(range.lowerBound)
        case .number(let range): QuantitySyntax.numberText(range.lowerBound)
        case .duration(let range): QuantitySyntax.durationText(range.lowerBound)
        case .size(let range): QuantitySyntax.sizeText(range.lowerBound)
        case .either(let shapes): shapes.first?.sample ?? "x"
        case .list(let element): element.sample
        case .text(pattern: URLValidation.pattern?): "https://example.com"
        case .text(let pattern?) where pattern.hasSuffix("/[smh]$"): "1/s"
        case .text, .map, .options, .kinds, .stages, .anything: "x"
        }
    }
}

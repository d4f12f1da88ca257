/// Writes formatting with WhatsApp's delimiters, which work only within a line and between words.
struct WhatsAppMarkupWriter {
    private(set) var out = ""

    mutating func raw(_ text: String) { out += text }

    mutating func write(_ nodes: [InlineElement]) {
        write(nodes, after: nil, within: [])
    }

    private mutating func write(_ nodes: [InlineElement], after: Character?, within outer: Set<InlineElement.Style>) {
        for (index, node) in nodes.enumerated() {
            let next = nodes[(index + 1)...].lazy.compactMap(\.first).first ?? after
            switch node {
            case .text(let text): out += String(text)
            case .url(let address): out += Self.shown(String(address))
            case .code(let code, let isWide):
                let ticks = isWide ? "```" : "`"
                out += ticks + String(code) + ticks
            case .styled(let style, let inner):
                writeStyled(style, inner, after: next, within: outer)
            case .link(let text, let address):
                writeLink(text, address, after: next, within: outer)
            }
        }
    }

    private mutating func writeStyled(
        _ style: InlineElement.Style, _ inner: [InlineElement], after next: Character?,
        within outer: Set<InlineElement.Style>
    ) {
        // Within the same style, or inside a word, WhatsApp would show the delimiters.
        guard !outer.contains(style), !out.last.isWord, !next.isWord else {
            return write(inner, after: next, within: outer)
        }
        let mark = style.rawValue
        var content = WhatsAppMarkupWriter()
        content.write(inner, after: mark, within: outer.union([style]))
        out += content.out.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.allSatisfy(\.isWhitespace) ? String(line) : "\(mark)\(line)\(mark)"
        }.joined(separator: "\n")
    }

    private mutating func writeLink(
        _ text: [InlineElement], _ address: String, after next: Character?, within outer: Set<InlineElement.Style>
    ) {
        let shown = Self.shown(address)
        var plain = WhatsAppMarkupWriter()
        plain.write(text, after: nil, within: Set(InlineElement.Style.allCases))
        // `mention://` links name another agent.
        guard !address.hasPrefix("mention:") else { return out += plain.out }
        guard !plain.out.isEmpty, plain.out != shown, plain.out != address else { return out += shown }
        write(text, after: ":", within: outer)
        out += ": " + shown
    }

    private static func shown(_ address: String) -> String {
        for scheme in ["mailto:", "tel:"] where address.hasPrefix(scheme) {
            return String(address.dropFirst(scheme.count))
        }
        return address
    }
}

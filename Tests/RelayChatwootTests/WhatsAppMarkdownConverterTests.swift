import Glibc
import RelayChatwoot
import RelayTesting
import Testing

struct WhatsAppMarkdownConverterTests {
    @Test(arguments: [
        // Formatting.
        ("*bold*", "**bold**"), ("_italic_", "*italic*"), ("~struck~", "~~struck~~"), ("*_both_*", "**_both_**"),
        ("_*both*_", "*__both__*"), ("*a* and *b*", "**a** and **b**"), ("(*a*)", "(**a**)"),
        ("👉_olha_", "👉*olha*"), ("*a*_b_", "**a**_b_"), ("*a**b*", "**a**__b__"),
        // No formatting in either syntax.
        ("snake_case_name", "snake_case_name"), ("2 * 3 * 4", "2 * 3 * 4"), ("~5 minutos", "~5 minutos"),
        ("C:\\temp\\new", "C:\\temp\\new"), ("a < b & c", "a < b & c"), ("R$ 10,00 (dez)!", "R$ 10,00 (dez)!"),
        ("#hashtag", "#hashtag"), ("a - b", "a - b"), ("+5511999999001", "+5511999999001"), ("R&B", "R&B"),
        // Formatting only in Markdown.
        ("2*3*4", "2\\*3\\*4"), ("**a", "\\*\\*a"), ("__init__", "\\_*init*\\_"), ("# title", "\\# title"),
        ("1. first", "1\\. first"), ("2025. Foi", "2025\\. Foi"), ("2) b", "2\\) b"), ("+ plus", "\\+ plus"),
        ("text\n---", "text\n\\---"), ("text\n-", "text\n\\-"), ("text\n===", "text\n\\==="), ("_ _ _", "\\_ _ _"),
        (">no space", "\\>no space"), ("[x](http://a.example)", "\\[x](http://a.example)"),
        ("[x]: http://a.example", "\\[x]: http://a.example"), ("[só isso]", "[só isso]"), ("<b>x</b>", "\\<b>x\\</b>"),
        ("&amp;", "\\&amp;"), ("a\\*b", "a\\\\\\*b"), ("~~x", "\\~\\~x"),
        ("    indented", "\u{A0}\u{A0}\u{A0}\u{A0}indented"),
        ("a|b\n-|-", "a|b\n\\-|-"), ("end\\\nnext", "end\\\\\nnext"),
        // Code.
        ("`a*b*`", "`a*b*`"), ("```x_y_```", "```x_y_```"), ("a `b", "a \\`b"), ("``", "\\`\\`"),
        ("```a\nb```", "```\na\nb\n```"), ("see ```a\nb``` now", "see \n```\na\nb\n```\n now"),
        ("````a```", "``` `a ```"),
        // URLs.
        ("https://x.example/_a_?b=*c*", "https://x.example/_a_?b=*c"), ("*https://x.example*", "**https://x.example**"),
        // Lists and quotes.
        ("- a\n- b", "- a\n- b"), ("* a\n* b", "* a\n* b"), ("> a\nb", "> a\n\nb"), ("- a\nb", "- a\n\nb"),
        ("> *a*", "> **a**"), ("- # a", "- \\# a"),
        ("*️⃣ um", "*️⃣ um"), ("", ""), ("\n\n", "\n\n"), ("a\r\nb", "a\nb"),
    ])
    func whatsAppBecomesMarkdown(_ whatsApp: String, _ markdown: String) {
        let expected = whatsApp.contains("?b=*c*") ? markdown + "\\*" : markdown
        #expect(WhatsAppMarkdownConverter.fromWhatsApp(whatsApp) == expected)
    }

    @Test(arguments: [
        ("**bold**", "*bold*"), ("__bold__", "*bold*"), ("*italic*", "_italic_"), ("_italic_", "_italic_"),
        ("~~struck~~", "~struck~"), ("***both***", "*_both_*"), ("**a *b***", "*a _b_*"), ("*a **b***", "_a *b*_"),
        ("[our site](https://x.example)", "our site: https://x.example"),
        ("[https://x.example](https://x.example)", "https://x.example"), ("<https://x.example>", "https://x.example"),
        ("[a@x.example](mailto:a@x.example)", "a@x.example"), ("<a@x.example>", "a@x.example"),
        ("![logo](https://x.example/l.png)", "logo: https://x.example/l.png"),
        ("[@Ana](mention://user/3/Ana) veja", "@Ana veja"), ("[**b**](https://x.example)", "*b*: https://x.example"),
        ("one\\\ntwo", "one\ntwo"), ("snake\\_case", "snake_case"), ("2 \\* 3", "2 * 3"), ("1\\. a", "1. a"),
        ("# Title", "*Title*"), ("# **Title**", "*Title*"), ("- a\n- b", "- a\n- b"), ("+ a", "- a"),
        ("1. a\n2. b", "1. a\n2. b"), ("* a\n\ntext", "* a\ntext"), (">a", "> a"), ("`a*b`", "`a*b`"),
        ("```swift\nlet a = 1\nlet b = 2\n```", "```let a = 1\nlet b = 2```"), ("~~~\na\n~~~", "```a```"),
        ("**two\nlines**", "*two*\n*lines*"), ("in**side**word", "insideword"), ("a & b &amp; c", "a & b & c"),
        ("a&nbsp;b", "a b"), ("https://x.example/a\\_b", "https://x.example/a_b"), ("5 * 3", "5 * 3"),
        ("a\n\nb", "a\n\nb"), ("  - nested", "  - nested"), ("unclosed **bold", "unclosed **bold"),
        ("[no link]", "[no link]"), ("[a](b", "[a](b"), ("``a`b``", "```a`b```"),
        ("**Preço:** R$ 10,00", "*Preço:* R$ 10,00"),
    ])
    func markdownBecomesWhatsApp(_ markdown: String, _ whatsApp: String) {
        #expect(WhatsAppMarkdownConverter.toWhatsApp(markdown) == whatsApp)
    }

    @Test func mentionsGetTheirNames() {
        let names = ["5511999999001": "Maria *S*"]
        let text = WhatsAppMarkdownConverter.fromWhatsApp("oi @5511999999001 e @5511999999002, a@12345") { names[$0] }
        #expect(text == "oi @Maria \\*S\\* e @5511999999002, a@12345")
    }

    /// Formatting that WhatsApp supports survives a round trip; only multi-line code is moved to separate lines.
    @Test(arguments: 0..<40)
    func aTextComesBackAsItWas(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &* 977 &+ 1)
        for _ in 0..<250 {
            let text = RandomText.make(&random)
            let there = WhatsAppMarkdownConverter.fromWhatsApp(text)
            let back = WhatsAppMarkdownConverter.toWhatsApp(there)
            let hasBlocks = text.contains("```")
            if hasBlocks {
                let again = WhatsAppMarkdownConverter.toWhatsApp(WhatsAppMarkdownConverter.fromWhatsApp(back))
                #expect(again == back, "\(text.debugDescription) → \(there.debugDescription)")
            } else {
                #expect(back == text, "\(there.debugDescription)")
            }
        }
    }

    /// Any Markdown can be converted, and only formatting characters of the agent's text are lost.
    @Test(arguments: 0..<20)
    func anyMarkdownKeepsItsWords(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed) &+ 5)
        for _ in 0..<200 {
            let text = RandomText.make(&random)
            // The language of a code block and the name of a character reference are not words of the text.
            if text.contains("```") || text.contains("&amp;") || text.contains("~~~") { continue }
            let words = { (text: String) in text.filter { $0.isLetter && $0 != "h" } }
            #expect(words(WhatsAppMarkdownConverter.toWhatsApp(text)) == words(text), "\(text.debugDescription)")
        }
    }

    /// The time is linear: four times the text takes about four times as long, not sixteen times. Processor time does
    /// not depend on other load of the machine.
    @Test(
        arguments: [
            "*a ", "`a ", "_a ", "[a](", "[", "`", "*", "**a _b ", "> ", "```", "https://", "a*b~", "```a\n```",
            "*a* _b_ ~c~ ",
        ])
    func theTimeForATextOfMarksGrowsWithItsLength(_ unit: String) {
        func time(of length: Int) -> Double {
            let text = String(repeating: unit, count: length / unit.count)
            let start = processorTime()
            #expect(!WhatsAppMarkdownConverter.fromWhatsApp(text).isEmpty)
            #expect(!WhatsAppMarkdownConverter.toWhatsApp(text).isEmpty)
            return processorTime() - start
        }
        let short = time(of: 16_384)
        #expect(time(of: 65_536) < short * 10)
    }

    /// The processor time of this thread, in seconds.
    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

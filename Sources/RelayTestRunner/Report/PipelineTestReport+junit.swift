internal import RelayCore

extension PipelineTestReport {
    /// The report as JUnit XML, for CI: one suite for each file.
    package var junit: String {
        var files: [String] = []
        for test in cases where !files.contains(test.file) { files.append(test.file) }
        let total = Self.attributes(cases)
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zaphub\" \(total)>\n"
        for file in files {
            let tests = cases.filter { $0.file == file }
            xml += "  <testsuite name=\"\(file.xml)\" \(Self.attributes(tests))>\n"
            for test in tests { xml += test.xml }
            xml += "  </testsuite>\n"
        }
        return xml + "</testsuites>\n"
    }

    private static func attributes(_ cases: [Case]) -> String {
        let failures = cases.count { !$0.differences.isEmpty }
        let time = cases.reduce(Duration.zero) { $0 + $1.duration }
        return "tests=\"\(cases.count)\" failures=\"\(failures)\" errors=\"0\" time=\"\(time.xmlSeconds)\""
    }
}

extension PipelineTestReport.Case {
    fileprivate var xml: String {
        let head =
            "    <testcase name=\"\(name.xml)\" classname=\"\(file.xml)\" file=\"\(file.xml)\" line=\"\(line)\" "
            + "time=\"\(duration.xmlSeconds)\""
        guard let first = differences.first else { return head + "/>\n" }
        let message = "\(first.path): expected \(first.expected.oneLine), got \(first.got.oneLine)"
        let text = differences.map { $0.text(indent: "") }.joined(separator: "\n")
        return """
            \(head)>
                  <failure message="\(message.xml)">\(text.xml)</failure>
                </testcase>

            """
    }
}

extension String {
    /// Escapes XML's special characters and removes those that XML 1.0 does not allow.
    fileprivate var xml: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "\n", "\t": text.unicodeScalars.append(scalar)
            case "\u{FFFE}", "\u{FFFF}": text += " "
            default: text.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
            }
        }
        return text
    }
}

extension Duration {
    /// `0.012`.
    fileprivate var xmlSeconds: String {
        let milliseconds = milliseconds
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        return "\(milliseconds / 1000).\(fraction)"
    }
}

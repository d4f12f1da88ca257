import RelayConfig
import Testing

@testable import zaphub

@Suite struct CheckOutputFormatTests {
    /// Characters that GitHub's runner would interpret as the end of a property or a command are escaped.
    @Test func githubsOwnLettersAreEscaped() throws {
        let golden = try #require(GoldenCase.all.first { $0.testDescription == "github-letters" })
        let report = try golden.report()
        let file = try #require(report.diagnostics.first?.file)
        let folder = file.dropLast("pipelines/100%, a:b.yaml".count)
        let text = report.diagnostics.map { CheckOutputFormat.github($0) }.joined(separator: "\n")
        #expect(
            text == """
                ::error file=\(folder)pipelines/100%25%2C a%3Ab.yaml,title=zaphub check%3A file-name::the file's name is the \
                pipeline's name, and it must be small letters, digits, - and _, begin with a letter, and have at most \
                64%0Arename the file
                """)
    }
}

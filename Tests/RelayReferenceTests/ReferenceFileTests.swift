import Foundation
import RelayJSON
import RelayReference
import Testing

/// The committed files equal the generated ones.
struct ReferenceFileTests {
    private static let stale: Comment = "docs/ is not what the relay reads its files with: run `make reference`"

    @Test(arguments: ConfigurationDocumentation.Page.allCases)
    func theReferenceIsOfToday(_ page: ConfigurationDocumentation.Page) throws {
        let committed = try Repository.text("docs/reference/\(page.rawValue).md")
        #expect(committed == ConfigurationDocumentation.everything.markdown(page), Self.stale)
    }

    @Test func thePageOfEventsIsOfToday() throws {
        let bodies = Repository.root.appendingPathComponent("examples/bodies").path
        #expect(try Repository.text("docs/events.md") == EventPage(folder: bodies).markdown, Self.stale)
    }

    @Test(arguments: ConfigurationDocumentation.SchemaFile.allCases)
    func theSchemasAreOfToday(_ file: ConfigurationDocumentation.SchemaFile) throws {
        let committed = try Repository.text("docs/schema/\(file.rawValue).json")
        #expect(committed == ConfigurationDocumentation.everything.schema(file).prettyText + "\n", Self.stale)
    }

    @Test func theShippedFilesNameTheirSchemas() throws {
        #expect(
            try Repository.text("config.yaml").hasPrefix("# yaml-language-server: $schema=docs/schema/config.json\n"))
        #expect(
            try Repository.text("pipelines/default.yaml")
                .hasPrefix("# yaml-language-server: $schema=../docs/schema/pipeline.json\n"))
    }
}

import Foundation
import RelayConfig
import RelayDestinations
import RelayTesting
import Testing

/// Checks the recipes in docs/recipes, and the configurations in the repository, with the program itself.
@Suite(.limitedConcurrency)
struct RecipeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let folder = root.appendingPathComponent("docs/recipes")

    /// The recipes whose kinds of destinations this build includes.
    private static let names = all.filter { $0 != "audit-file" || hasFiles }
    private static let all = [
        "audit-file", "business-hours", "chatwoot", "crm-names", "group-to-team", "n8n-per-type", "pii-stripping",
        "plain-webhook", "several-sessions", "two-receivers",
    ]
    private static let hasFiles = BuiltInDestinations.all.contains { $0.kind == "file" }

    /// The environment variables of the configurations, with a time zone that has summer time, which no recipe may
    /// depend on.
    private static let environment: [String: String] = {
        let secrets = ["CRM", "DUTY_TEAM", "DESK", "BOT", "BRIDGE", "NORTH", "SOUTH"]
        var values = ["BACKEND_SECRET": "old", "BACKEND_API_KEY": "a", "N8N_KEY": "b", "ANALYTICS_TOKEN": "c"]
        for name in secrets { values[name + "_SECRET"] = "whsec_Y3JtIGNybSBjcm0gY3JtIGNybSBjcm0h" }
        for name in ["EVOLUTION_API_KEY", "CHATWOOT_INBOX_SECRET", "CHATWOOT_TOKEN"] { values[name] = "a" }
        for name in ["EVOLUTION", "CHATWOOT"] { values[name + "_URL"] = "https://\(name.lowercased()).example.com" }
        values["TZ"] = "America/New_York"
        return values
    }()

    private func zaphub(_ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent("recipes-\(UUID().uuidString)").path
        defer { for end in [".out", ".err"] { try? FileManager.default.removeItem(atPath: output + end) } }
        let child = try ChildProcess(
            RelayProcess.program.path,
            arguments,
            environment: Self.environment,
            output: output + ".out",
            errors: output + ".err"
        )
        return (try await child.end(), child.text, child.errorText)
    }

    @Test(arguments: ["config.yaml", "examples/chatwoot/config.yaml"] + names.map { "docs/recipes/\($0)/config.yaml" })
    func theConfigurationIsGoodAndItsTestsPass(_ config: String) async throws {
        let path = Self.root.appendingPathComponent(config).path
        let check = try await zaphub("check", "-c", path)
        #expect(check.status == 0, "\(check.errors)")
        #expect(check.output.contains(" 0 warning(s)"), "\(check.output)")
        #expect(!check.output.contains(" 0 test(s)"), "\(check.output)")
        let test = try await zaphub("test", "-c", path)
        #expect(test.status == 0 && test.output.hasSuffix("all passed\n"), "\(test.output)\(test.errors)")
    }

    @Test func everyRecipeIsInTheListAndInTheIndex() throws {
        let entries = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(entries.filter { !$0.hasSuffix(".md") }.sorted() == Self.all)
        #expect(entries.filter { $0.hasSuffix(".md") }.sorted() == ["README.md"] + Self.all.map { $0 + ".md" })
        let index = try String(contentsOf: Self.folder.appendingPathComponent("README.md"), encoding: .utf8)
        for name in Self.all { #expect(index.contains("](\(name).md)")) }
    }

    @Test(arguments: all)
    func thePageShowsTheFilesAsTheyAre(_ name: String) throws {
        let page = try String(contentsOf: Self.folder.appendingPathComponent(name + ".md"), encoding: .utf8)
        let shown = page.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        let recipe = Self.folder.appendingPathComponent(name)
        let pipelines = try FileManager.default.contentsOfDirectory(atPath: recipe.path + "/pipelines").sorted()
        let files = try (["config.yaml"] + pipelines.map { "pipelines/" + $0 }).map { file in
            let text = try String(contentsOf: recipe.appendingPathComponent(file), encoding: .utf8)
            #expect(text.hasPrefix("# \(file)\n"))
            return text
        }
        #expect(shown == files)
    }
}

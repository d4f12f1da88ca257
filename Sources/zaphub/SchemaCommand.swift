import ArgumentParser
import Relay
import RelayConfig
import RelayJSON
import RelayReference

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of config.yaml, a pipeline's file or a file of tests, for editors.",
        discussion: """
            An editor with a YAML language server completes and checks a file that begins with:
              # yaml-language-server: $schema=PATH
            """
    )

    @Argument(help: "config, pipeline or tests.")
    var file = "config"

    func run() throws {
        guard let file = ConfigurationDocumentation.SchemaFile(rawValue: file) else {
            throw ValidationError("there is no schema of \"\(file)\"; there are config, pipeline and tests")
        }
        printLine(ConfigurationDocumentation(.builtIn).schema(file).prettyText)
    }
}

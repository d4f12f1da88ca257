import ArgumentParser
import Relay
import RelayConfig
import RelayJSON
import RelayReference

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of config.yaml, a pipeline's file, a file of tests, or what receivers get.",
        discussion: """
            An editor with a YAML language server completes and checks a file that begins with:
              # yaml-language-server: $schema=PATH
            """
    )

    @Argument(help: "config, pipeline, tests or events.")
    var file = "config"

    func run() throws {
        guard let file = ConfigurationDocumentation.SchemaFile(rawValue: file) else {
            throw ValidationError("there is no schema of \"\(file)\"; there are config, pipeline, tests and events")
        }
        printLine(ConfigurationDocumentation(.builtIn).schema(file).prettyText)
    }
}

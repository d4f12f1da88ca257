import ArgumentParser
import Foundation
import Relay
import RelayConfig
import RelayReference

struct CreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Writes a first configuration for your sources, stages and destinations.",
        discussion: """
            SOURCES/STAGES/DESTINATIONS, each with commas between (`zaphub explain` lists them):
              zaphub create 'baileys/enrich,filter/webhook'
              zaphub create waha --to /etc/zaphub
            Without destinations events go to the sessions' own webhooks, which are managed over REST.
            """
    )

    @Argument(help: "What there is: SOURCES/STAGES/DESTINATIONS.")
    var recipe: String

    @Option(help: "The folder to write config.yaml and pipelines/default.yaml into; default: they are printed.")
    var to: String?

    func run() throws {
        let starter: StarterConfiguration
        do {
            starter = try StarterConfiguration(recipe, reference: ConfigurationDocumentation(.builtIn))
        } catch {
            throw ValidationError("\(error)")
        }
        let files = [("config.yaml", starter.config), ("pipelines/default.yaml", starter.pipeline)]
        guard let to else {
            printLine(files.map { "# \($0.0)\n\n\($0.1)" }.joined(separator: "\n"))
            return
        }
        let folder = URL(fileURLWithPath: to, isDirectory: true)
        for (name, _) in files where FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) {
            throw ValidationError("\(to)/\(name) is there already; name another folder, or move it away")
        }
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: file, atomically: true, encoding: .utf8)
            printLine("\(to)/\(name)")
        }
    }
}

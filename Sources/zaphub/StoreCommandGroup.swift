import ArgumentParser
import Relay
import RelayCore
import RelayJSON
import RelaySQL

struct StoreCommandGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Brings the store up to date, checks it, counts what it holds, and copies it to PostgreSQL.",
        subcommands: [Migrate.self, Check.self, Stats.self, StoreCopyCommand.self]
    )

    struct Migrate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings the store's tables up to date, as a start of the relay does.",
            discussion: """
                Does nothing when they are up to date. The relay of a SQLite store must be stopped.
                Ends with status 0 when the tables are up to date, 75 when the store is in use, 74 when it cannot be used,
                78 when the configuration is wrong.
                """
        )

        @OptionGroup var config: ConfigurationPathOptions

        func run() throws {
            let generation = try config.load()
            try reportStoreErrors {
                let store = try ConfiguredStore(generation.configuration, environment: config.environment)
                let migration = try store.migrate()
                printLine(StoreText.migration(migration, of: store.name))
            }
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Looks at the store: its version, its key, damage, and the server's settings. Writes nothing.",
            discussion: """
                The relay may run. A SQLite store is read completely.
                Ends with status 0 when nothing is wrong, 1 when there are problems, 78 when the configuration is wrong.
                """
        )

        @OptionGroup var config: ConfigurationPathOptions

        @Option(help: "How findings are written: text, json.")
        var format = DoctorCommand.Format.text

        func run() throws {
            let generation = try config.load()
            try reportStoreErrors {
                let store = try ConfiguredStore(generation.configuration, environment: config.environment)
                let report = DoctorReport(store.examine())
                printLine(format == .json ? report.json.prettyText : report.text)
                if report.count(.problem) > 0 { throw ExitCode(1) }
            }
        }
    }

    struct Stats: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Counts the rows and bytes of each table, pending events, and deliveries by state.",
            discussion: "The relay may run. Everything is counted, which reads the whole store."
        )

        @OptionGroup var config: ConfigurationPathOptions

        @Flag(help: "Prints JSON.")
        var json = false

        func run() throws {
            let generation = try config.load()
            try reportStoreErrors {
                let statistics = try ConfiguredStore(generation.configuration, environment: config.environment)
                    .statistics()
                printLine(json ? StoreText.json(statistics).prettyText : StoreText.table(statistics))
            }
        }
    }
}

/// Runs a command; a failure of the store ends it with the status that `zaphub serve` has for it.
func reportStoreErrors(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as StoreError {
        printError("error: \(error.message)")
        throw ExitCode(error.code == .locked ? 75 : 74)
    }
}

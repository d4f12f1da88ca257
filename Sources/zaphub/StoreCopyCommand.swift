import ArgumentParser
import Foundation
import Relay
import RelayCore
import RelaySQL

struct StoreCopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copies a SQLite store, with its queue and its history, into an empty PostgreSQL database.",
        discussion: """
            FROM is the file of a stopped relay, or a backup of it:
              zaphub store copy sqlite:data/zaphub.db postgres://zaphub@db.internal/zaphub
            When it was interrupted, the same command goes on where it stopped. At the end the rows of all tables are \
            compared. No relay starts on a database whose copy is not finished.
            The relay on PostgreSQL needs the same secret key: the content of the file PATH.key, in ZAPHUB_SECRET_KEY or \
            in the file that store.key_file names.
            The password is better in PGPASSWORD or ~/.pgpass than in TO, which others on this machine can read. TO goes \
            to the server itself, or to a pooler in session mode.
            Ends with status 0 when everything is copied, 1 when rows are missing, 75 when a relay or another copy is \
            running, 74 when a store cannot be used.
            """
    )

    @Argument(help: "sqlite:PATH.")
    var from: String

    @Argument(help: "postgres://USER@HOST/DATABASE.")
    var to: String

    @Flag(help: "FROM is a copy that may be changed: brings its tables up to date first.")
    var migrateSource = false

    @Option(help: "The file with the secret key of FROM, for --migrate-source; default PATH.key, or ZAPHUB_SECRET_KEY.")
    var keyFile: String?

    func validate() throws {
        if keyFile != nil, !migrateSource {
            throw ValidationError("--key-file is for --migrate-source only; a copy without it reads no secret.")
        }
    }

    func run() throws {
        let copy: StoreFileCopy
        do { copy = try StoreFileCopy(from: from, to: to) } catch { throw ValidationError(error.description) }
        try reportStoreErrors {
            if migrateSource {
                let environment = ProcessInfo.processInfo.environment
                let migration = try copy.migrateSource(keyFile: keyFile, environment: environment)
                printError(StoreText.migration(migration, of: from))
            }
            var shown: Int64 = 0
            let report = try copy.run { step in
                guard step.rows == step.total || step.rows - shown >= 100_000 || step.rows < shown else { return }
                shown = step.rows
                printError("\(step.table): \(step.rows) of \(step.total)")
            }
            printLine(StoreText.table(report))
            guard report.isComplete else {
                printError("error: the rows differ; run the command again, or give it an empty database")
                throw ExitCode(1)
            }
            printLine(
                """

                Everything is copied. Start zaphub serve with this store.url and the same secret key as before: the \
                content of the file with .key beside the SQLite store, in ZAPHUB_SECRET_KEY or store.key_file.
                """)
        }
    }
}

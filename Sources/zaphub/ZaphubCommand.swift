import ArgumentParser
import RelayCore

@main
struct ZaphubCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zaphub",
        abstract: "A webhook relay for WhatsApp events: durable in, signed and retried out.",
        discussion: """
            Start with:
              zaphub serve                          run the relay with ./config.yaml
              zaphub listen --port 9000             a receiver for trying things out
              zaphub check                          find every mistake in the configuration
              zaphub doctor                         look at receivers, gateways, Chatwoot, disk: what to fix
              zaphub explain media.wait             what an option does, and what to write
              zaphub graph                          the paths of events, as text or a picture
              zaphub eval '.payload.isGroup' …      try an expression on an event
              zaphub create 'waha/media/webhook'    a first configuration for what you have
              zaphub run < events.ndjson            see what a pipeline makes of events
              zaphub test                           run the tests of the pipelines
              zaphub tap                            watch events and attempts live
              zaphub trace EVENT                    what happened to one event, step by step
              zaphub destinations                   what destinations hold, and why; pause and resume them
              zaphub nodes                          the nodes of the relay, what each owns, and how late it is
              zaphub dead-letters                   see what could not be delivered, and replay it
              zaphub rejected-documents             see what gateways sent and no source could read
              zaphub replay --since 2h              send what was sent again, or --from start: run it again
              zaphub store check                    look at the store; also migrate, stats, copy to PostgreSQL
              zaphub media decrypt FILE --key …     open an encrypted file by hand
            """,
        version: RelayVersion.current,
        subcommands: [
            ServeCommand.self, RunCommand.self, CheckCommand.self, DoctorCommand.self, TestCommand.self,
            ExplainCommand.self,
            SchemaCommand.self, GraphCommand.self, EvalCommand.self, CreateCommand.self, ListenCommand.self,
            DeliveriesCommandGroup.self, DestinationsCommandGroup.self, NodesCommand.self, TapCommand.self,
            TraceCommand.self, DeadLettersCommandGroup.self, RejectedDocumentsCommand.self, ReplayCommandGroup.self,
            StoreCommandGroup.self, MediaCommandGroup.self,
        ]
    )
}

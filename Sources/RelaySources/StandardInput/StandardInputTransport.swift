package import RelayConfig
package import RelayCore

/// Reads standard input to its end.
package struct StandardInputTransport: SourceTransport {
    package static let kind = "stdin"
    package static let summary = "Reads one JSON document per line from standard input; at most one source."

    package init(_ options: OptionReader, format: any SourceFormat.Type) throws {}

    package var input: LocalInput? { .stream(Self.kind) }
    package var exclusiveUse: String? { Self.kind }

    package func connect(_ reader: SourceDocumentReader, in environment: TransportBuildContext) -> SourceConnection {
        .reading(LineReaderService(StandardInput(), reader: reader, in: environment))
    }
}

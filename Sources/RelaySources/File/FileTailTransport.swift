internal import Logging
package import RelayConfig
package import RelayCore

/// Reads a file and follows it through appends, truncations and rotations.
package struct FileTailTransport: SourceTransport {
    package static let kind = "file"
    package static let summary =
        "Reads one JSON document per line from `path`, from its beginning, and follows it through rotations like `tail -F`."
    static let path = OptionField.path("path", "The file to read.")
    package static let fields = [AnyOptionField(path)]

    /// The absolute path of the file.
    let path: String

    package init(_ options: OptionReader, format: any SourceFormat.Type) throws {
        path = try options(Self.path)
    }

    package var input: LocalInput? { .file(path: path) }

    package func connect(_ reader: SourceDocumentReader, in environment: TransportBuildContext) -> SourceConnection {
        let position = FileReadingPosition(path: "\(environment.statePath).\(reader.source).position")
        var logger = environment.logger
        logger[metadataKey: "source"] = "\(reader.source)"
        let file = FollowedFile(path: path, position: position, clock: environment.clock, logger: logger)
        return .reading(LineReaderService(file, reader: reader, in: environment))
    }
}

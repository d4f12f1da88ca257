package import RelayConfig
package import RelayCore

/// `type: file`: the path of the file, and when it is rotated. `timeout` is for one line.
package struct FileDestinationOptions: DestinationKind {
    package static let kind = "file"
    package static let summary = "Appends each event as a line of JSON to a file, synced to disk."
    package static let path = OptionField.path(
        "path",
        "The file; relative to the directory of the configuration, created when it is missing, readable by its owner only."
    )
    package static let maxSize = OptionField.size(
        "max_size",
        "A file that would grow beyond it is renamed to PATH.1, and the one before to PATH.2.",
        default: LineFileRotationPolicy().maxSize
    )
    package static let keep = OptionField.int(
        "keep", "How many renamed files are kept.", 1...1000, default: LineFileRotationPolicy().keep)
    package static let daily = OptionField.bool(
        "daily", "Whether a new file also begins each day (UTC).", default: LineFileRotationPolicy().daily)
    package static let fields = [
        AnyOptionField(path), AnyOptionField(maxSize), AnyOptionField(keep), AnyOptionField(daily),
    ]
    package static let example = "path: data/events.ndjson"

    package let path: String
    package let rotation: LineFileRotationPolicy

    package init(_ options: OptionReader) throws {
        path = try options(Self.path)
        rotation = LineFileRotationPolicy(
            maxSize: try options(Self.maxSize),
            keep: try options(Self.keep),
            daily: try options(Self.daily)
        )
    }

    package var outputFile: OutputFile? { OutputFile(path: path, rotatedFiles: rotation.keep) }

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination {
        LineOutputDestination(
            environment.sinks.file(path, rotation: rotation),
            target: path,
            timeout: common.timeout,
            settings: common.settings,
            clock: environment.clock
        )
    }
}

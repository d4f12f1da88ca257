public import RelayConfig
public import RelayCore

/// `type: file`: where the lines go, and when a file is full. `timeout` is for one line.
public struct FileOptions: DestinationKind {
    public static let kind = "file"
    public static let summary = "Adds each event as a line of JSON to a file, synced to the disk."
    public static let path = Field.path(
        "path", "The file; relative to the folder of the configuration, made when it is missing, for its owner alone.")
    public static let maxSize = Field.size(
        "max_size",
        "A file that would grow beyond it is put aside as PATH.1, and the one before as PATH.2.",
        default: LineRotation().maxSize
    )
    public static let keep = Field.int(
        "keep", "How many files are kept that were put aside.", 1...1000, default: LineRotation().keep)
    public static let daily = Field.bool(
        "daily", "Whether each day (UTC) begins a new file as well.", default: LineRotation().daily)
    public static let fields = [AnyField(path), AnyField(maxSize), AnyField(keep), AnyField(daily)]
    public static let example = "path: data/events.ndjson"

    public let path: String
    public let rotation: LineRotation

    public init(_ options: Options) throws {
        path = try options(Self.path)
        rotation = LineRotation(
            maxSize: try options(Self.maxSize),
            keep: try options(Self.keep),
            daily: try options(Self.daily)
        )
    }

    public var exclusiveUse: String? { "the file \(path)" }

    public func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any Destination {
        LineDestination(
            environment.sinks.file(path, rotation: rotation),
            target: path,
            timeout: common.timeout,
            settings: common.settings,
            clock: environment.clock
        )
    }
}

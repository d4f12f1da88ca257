public import RelayConfig
public import RelayCore
internal import RelayJSON

/// `- media`: sees to what a message carries.
///
/// The relay hands media on as `payload.raw_media`, the reference with which a receiver downloads and decrypts it
/// (docs: Media). Formats have normalized it; here what exceeds `max_size` is marked, so that receivers need not try.
public struct Media: ConfiguredStage {
    public static let kind = "media"
    public static let summary = "Hands on a message's media as payload.raw_media."
    public static let maxSize = Field<Int>.size(
        "max_size",
        "Larger media is marked with raw_media.tooLarge, for receivers to leave alone.",
        default: 100 << 20
    )
    public static let fields = [AnyField(maxSize)]
    public static let mainField: String? = nil

    private let maxSize: Int

    public init(_ options: Options, in context: BuildContext) throws {
        maxSize = try options(Self.maxSize)
    }

    public func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome {
        guard let length = draft.event.payload["raw_media"]?["fileLength"]?.int, length > maxSize else { return .next }
        draft.event.payload["raw_media"]?["tooLarge"] = true
        return .next
    }
}

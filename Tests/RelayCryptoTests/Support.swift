import RelayCore
import Testing

/// The bytes that hexadecimal letters stand for.
func hex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(text)) }

import RelayCore
import Testing

/// Decodes hexadecimal text.
func hex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(text)) }

internal import RelayJSON

/// Parses the JSON of a request.
enum JSONBodyParser {
    /// - Throws: 400 with the position of the first error.
    static func parse(_ bytes: [UInt8]) throws(APIError) -> JSON {
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw .badRequest("The body is not valid JSON: \(error).", code: "malformed_body")
        }
    }
}

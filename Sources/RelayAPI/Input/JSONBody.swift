internal import RelayJSON

/// Reads JSON off a request.
enum JSONBody {
    /// - Throws: 400 with the place of the first mistake.
    static func parse(_ bytes: [UInt8]) throws(APIError) -> JSON {
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw .badRequest("The body is not valid JSON: \(error).", code: "malformed_body")
        }
    }
}

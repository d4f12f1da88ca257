import Foundation
import RelayJSON
import Testing

/// Validates responses against Chatwoot's own OpenAPI document, as far as it describes them.
struct OpenAPIValidator: Sendable {
    /// Errors of the document for the release it belongs to; the actual responses are in samples/.
    private static let exceptions: [(path: String, place: String, why: String)] = [
        ("/contacts", "$.payload", "create answers an object with contact and contact_inbox (sample 04)"),
        ("/messages", ".content", "a message that is only a file has no content (sample 07)"),
        ("/conversations/", ".content", "the same, as the last message"),
        ("/contact_inboxes", "$.inbox.provider", "only some channels have a provider (sample 04)"),
        ("/conversations", ".status", "snoozed is a status too"),
    ]

    private let document: JSON

    static let shared: OpenAPIValidator? = try? OpenAPIValidator()

    private init() throws {
        let url = try #require(Bundle.module.url(forResource: "Chatwoot/swagger", withExtension: "json"))
        document = try JSON(parsing: Array(Data(contentsOf: url)))
    }

    /// The violations in a success response; empty when the document does not describe the request.
    func violations(_ method: String, _ path: String, _ body: JSON) -> [String] {
        guard let (template, schema) = schema(method, path) else { return [] }
        return violations(body, schema, "$").filter { violation in
            !Self.exceptions.contains { exception in
                template.contains(exception.path) && violation.hasPrefix("$")
                    && violation.prefix { $0 != " " }.hasSuffix(exception.place)
            }
        }
    }

    /// Whether the document has a schema for the response.
    func knows(_ method: String, _ path: String) -> Bool { schema(method, path) != nil }

    private func schema(_ method: String, _ path: String) -> (String, JSON)? {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        for (template, operations) in document["paths"]?.object ?? [:] {
            let segments = template.split(separator: "/")
            let isIt =
                segments.count == parts.count
                && zip(segments, parts).allSatisfy { segment, part in
                    segment.hasPrefix("{")
                        ? part.contains { $0.isNumber } || !segment.hasSuffix("id}") : segment == part
                }
            guard isIt, let responses = operations[method.lowercased()]?["responses"] else { continue }
            let content = responses["200"]?["content"] ?? responses["204"]?["content"]
            guard let schema = content?["application/json"]?["schema"] else { return nil }
            return (template, schema)
        }
        return nil
    }

    private func violations(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        if let reference = schema["$ref"]?.string {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let target = document["components"]?["schemas"]?[name] else { return ["\(place) refers to \(name)"] }
            return violations(value, target, place)
        }
        if value.isNull, schema["nullable"] == true { return [] }
        var result: [String] = []
        for part in schema["allOf"]?.array ?? [] { result += violations(value, part, place) }
        if let choices = schema["oneOf"]?.array ?? schema["anyOf"]?.array,
            !choices.contains(where: { violations(value, $0, place).isEmpty })
        {
            result.append("\(place) fits none of its choices")
        }
        let types = schema["type"]?.array?.compactMap(\.string) ?? schema["type"]?.string.map { [$0] } ?? []
        guard types.isEmpty || types.contains(where: { Self.is(value, $0) }) else {
            return result + ["\(place) is no \(types.joined(separator: " or ")): \(value)"]
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(value) { result.append("\(place) is no \(allowed)") }
        for key in schema["required"]?.array?.compactMap(\.string) ?? [] where value[key] == nil {
            result.append("\(place) has no \(key)")
        }
        for (key, property) in schema["properties"]?.object ?? [:] {
            if let member = value[key] { result += violations(member, property, "\(place).\(key)") }
        }
        if let items = schema["items"] {
            for element in value.array ?? [] { result += violations(element, items, "\(place)[]") }
        }
        return result
    }

    private static func `is`(_ value: JSON, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.int, "integer"), (.int, "number"), (.number, "number"),
            (.string, "string"), (.array, "array"), (.object, "object"):
            true
        default: false
        }
    }
}

internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayCore
internal import RelayJSON
internal import RelaySources

/// The routes to which gateways post. Each source has its own authentication, so these routes require no API key.
struct IngestRoutes: Sendable {
    let intakes: IntakeRegistry
    let process: any ReadinessProvider

    func add(to routes: inout RouteTable) {
        routes.open(.post, "/in/:source", ingest)
        routes.open(.post, "/in/:source/:session", ingest)
        // Some gateways add the event's name to the URL that they are given.
        routes.open(.post, "/in/:source/:session/:event", ingest)
        routes.open(.get, "/in/:source", challenge)
        routes.api(.post, "/sessions/:id/events", acceptNative)
    }

    private func ingest(_ request: APIHandlerRequest) async throws -> Response {
        let source = try request.path("source")
        var path: [String] = []
        for part in ["session", "event"] as [Substring] where request.context.parameters[part] != nil {
            path.append(try request.path(part))
        }
        if let session = path.first { _ = try validSession(session) }
        let body = try await documentBytes(of: request)
        let result = try await intakes.intake(source)
            .accept(body, path: path, fields: request.headerFields, header: request.header)
        return APIResponseBuilder.json(Self.answer(to: result))
    }

    /// Does with a document what ``ingest(_:)`` does with a request.
    /// - Parameter channel: the connection.
    @concurrent
    func answer(to document: PostedDocument, failures: ErrorResponder, channel: any Channel) async -> IngestAnswer {
        do {
            let result = try await intakes.intake(document.source)
                .accept(document.body, path: document.path, fields: document.fields, header: document.header)
            return IngestAnswer(accepted: Self.answer(to: result))
        } catch {
            let path = (["", "in", document.source] + document.path).joined(separator: "/")
            return failures.answer(toPost: path, channel: channel, error: error)
        }
    }

    private func acceptNative(_ request: APIHandlerRequest) async throws -> Response {
        let session = try validSession(request.sessionID())
        let body = try await documentBytes(of: request)
        let result = try await intakes.api.accept(body, session: session)
        return APIResponseBuilder.json(Self.answer(to: result))
    }

    private func challenge(_ request: APIHandlerRequest) async throws -> Response {
        let query = try request.query().all
        guard query.keys.contains(where: { $0.hasPrefix("hub.") }) else {
            throw APIError(
                status: 405,
                code: "method_not_allowed",
                message: "This is where a gateway posts its events: use POST, with a JSON document."
            )
        }
        let source = try request.path("source")
        guard let intake = try? intakes.intake(source), let answer = intake.challenge(query: query) else {
            throw APIError(status: 403, code: "forbidden", message: "The verification is not valid for this source.")
        }
        return APIResponseBuilder.text(answer)
    }

    private func documentBytes(of request: APIHandlerRequest) async throws -> [UInt8] {
        try refuseWhileDraining()
        if let type = request.request.headers[.contentType], !ContentTypeRules.isJSONOrText(type) {
            throw APIError.unsupportedMediaType(type)
        }
        let body = try await request.bytes()
        // The body may have taken long to come in.
        try refuseWhileDraining()
        return body
    }

    private func refuseWhileDraining() throws(APIError) {
        guard process.isDraining else { return }
        throw .draining
    }

    private func validSession(_ id: String) throws(APIError) -> String {
        guard Session.isValid(id: id) else {
            throw APIError(
                status: 422,
                code: "invalid_session",
                message: "The session in the path is not a session id; use 1 to 128 of A-Z a-z 0-9 . _ : @ + -."
            )
        }
        return id
    }

    /// Written without the JSON encoder for speed: every accepted event gets this response.
    static func answer(to result: IntakeResult) -> [UInt8] {
        let accepted = result.accepted
        let duplicates = accepted.count { $0.isDuplicate }
        var answer: [UInt8] = []
        answer.reserveCapacity(96 + accepted.count * 56)
        answer.append(#"{"success":true,"data":{"accepted":"#)
        answer.append(String(accepted.count - duplicates))
        answer.append(#","duplicates":"#)
        answer.append(String(duplicates))
        answer.append(#","events":["#)
        for (index, acceptance) in accepted.enumerated() {
            answer.append(index == 0 ? #"{"id":""# : #",{"id":""#)
            answer.append(acceptance.id.description)
            answer.append(acceptance.isDuplicate ? #"","duplicate":true}"# : #"","duplicate":false}"#)
        }
        answer.append("]")
        if !result.rejected.isEmpty {
            let rejected = JSON.array(result.rejected.map(RejectedDocumentView.part))
            answer.append(#","rejected":"#)
            rejected.write(into: &answer)
            answer.append(#","rejected_count":"#)
            answer.append(String(result.rejectedCount))
        }
        answer.append("}}")
        return answer
    }
}

extension [UInt8] {
    /// Appends the UTF-8 of a text.
    fileprivate mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }
}

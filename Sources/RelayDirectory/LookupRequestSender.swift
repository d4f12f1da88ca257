internal import RelayCore
internal import RelayHTTPClient

/// The result of one request.
enum LookupRequestResult: Sendable {
    case answer(DirectoryLookupAnswer)
    /// The reason contains nothing of the request except the host's name and address.
    case failure(reason: String)
    /// The request was cancelled before it was sent.
    case notSent
}

/// Sends one request of a lookup, when its route permits it.
struct LookupRequestSender: Sendable {
    let sender: any HTTPClient
    let semaphore: AsyncSemaphore
    let clock: any RelayClock
    let deadline: Timestamp
    let maxAnswer: Int

    func reply(to question: LookupRequest) async -> LookupRequestResult {
        guard await semaphore.wait() else { return .notSent }
        defer { semaphore.signal() }
        let left = deadline - clock.now
        guard left > .zero else { return .notSent }
        do throws(HTTPClientError) {
            return read(try await sender.send(request(question, within: left)), of: question)
        } catch {
            // What is cancelled here has been under way until its time was over.
            if error.code == .cancelled { return .failure(reason: "no answer in time") }
            return .failure(reason: error.description)
        }
    }

    private func request(_ question: LookupRequest, within left: Duration) -> HTTPClientRequest {
        var headers = question.headers
        func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
        if !has("accept") { headers.append(("Accept", "application/json")) }
        if question.body != nil, !has("content-type") { headers.append(("Content-Type", "application/json")) }
        return HTTPClientRequest(
            method: question.body == nil ? "GET" : "POST",
            url: question.url,
            headers: headers,
            body: question.body ?? [],
            timeout: left,
            connectTimeout: min(left, .seconds(5)),
            maximumResponseBody: maxAnswer,
            keptResponseBody: maxAnswer
        )
    }

    private func read(_ response: HTTPClientResponse, of question: LookupRequest) -> LookupRequestResult {
        switch response.status {
        case 200..<300:
            guard !response.bodyTruncated else { return .failure(reason: "an answer of more than \(maxAnswer) bytes") }
            guard let answer = question.read(response.body) else {
                return .failure(reason: "an answer that is no JSON, or not what was asked for")
            }
            return .answer(answer)
        case 404, 410:
            return .answer(question.read(nil) ?? DirectoryLookupAnswer())
        case 300..<400:
            return .failure(reason: "status \(response.status), and redirects are not followed")
        default:
            return .failure(reason: "status \(response.status)")
        }
    }
}

import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// A gateway that sends messages, with the API of a provider.
struct ScriptedGateway: Sendable, CustomTestStringConvertible {
    let name: String
    /// Options of the destination in addition to the common ones.
    let options: String
    /// Whether it uses the message id that the relay chooses.
    let takesIDs: Bool
    /// The response to a message with an id.
    let answer: @Sendable (String) -> String
    var testDescription: String { name }

    static let all = [
        ScriptedGateway(name: "evolution", options: "token: key", takesIDs: true) {
            #"{"key": {"remoteJid": "x", "fromMe": true, "id": "\#($0)"}}"#
        },
        ScriptedGateway(name: "waha", options: "token: key", takesIDs: false) {
            #"{"id": {"fromMe": true, "_serialized": "true_5511999999001@c.us_\#($0)"}}"#
        },
        ScriptedGateway(name: "gowa", options: "token: \"user:pass\"", takesIDs: false) {
            #"{"code": "SUCCESS", "results": {"message_id": "\#($0)"}}"#
        },
        ScriptedGateway(name: "cloud_api", options: "token: key\n    phone_number_id: \"106\"", takesIDs: false) {
            #"{"messages": [{"id": "\#($0)"}]}"#
        },
        ScriptedGateway(name: "bridge", options: "", takesIDs: true) { #"{"messageId": "\#($0)"}"# },
    ]

    static var bridge: ScriptedGateway { all[4] }

    /// The message id that the relay chose, in a request.
    func chosenID(_ request: ScriptedReceiver.Request) -> String? {
        takesIDs ? (try? JSON(parsing: request.body))?["messageId"]?.string : nil
    }
}

/// A Chatwoot double with an inbox for each session, a gateway, and a real relay between them.
final class ChatwootRelayFixture: Sendable {
    struct SessionInbox: Sendable {
        let session: String
        let inbox: ChatwootDouble.Inbox
    }

    let chatwoot: ChatwootDouble
    /// The URL of Chatwoot.
    let url: String
    let account: ChatwootDouble.Account
    let agent: ChatwootDouble.User
    let inboxes: [SessionInbox]
    let gateway: ScriptedGateway
    let receiver: ScriptedReceiver
    let relay: RelayProcess
    private let number = Mutex(0)

    /// - Parameter isKeyed: whether the relay has the secret with which Chatwoot signs.
    private init(_ gateway: ScriptedGateway, sessions: [String], isKeyed: Bool) async throws {
        var options = ChatwootDouble.Options()
        options.allowsPrivateNetwork = true
        chatwoot = ChatwootDouble(options: options)
        let url = try await chatwoot.start()
        self.url = url
        let account = chatwoot.addAccount()
        let agent = chatwoot.addUser("Relay", in: account.id, role: .administrator)
        inboxes = sessions.map { [chatwoot] in
            SessionInbox(session: $0, inbox: chatwoot.addInbox("WhatsApp \($0)", in: account.id))
        }
        self.account = account
        self.agent = agent
        self.gateway = gateway
        receiver = try ScriptedReceiver()
        let address = receiver.url
        var sources = "sources:\n  phones: { transport: http, format: baileys }\n"
        var destinations = "destinations:\n"
        var stages = "stages:\n  - persist\n"
        for place in inboxes {
            let name = place.session
            let secret = isKeyed ? place.inbox.secret : "another"
            sources += "  chatwoot-\(name): { transport: http, format: chatwoot, "
            sources += "auth: { type: chatwoot_signature, secret: \"\(secret)\" } }\n"
            destinations += """
                  desk-\(name):
                    type: chatwoot
                    url: \(url)
                    account: \(account.id)
                    inbox: \(place.inbox.id)
                    token: \(agent.token)
                  phone-\(name):
                    type: whatsapp
                    provider: \(gateway.name)
                    url: \(address)
                    reports_to: desk-\(name)
                    timeout: 60s
                    retry: { max_attempts: 5, retry_on: [network, timeout, 5xx] }
                    \(gateway.options)

                """
            let isHere = #".sessionId == "\#(name)""#
            let isCommand = #".event == "message.send" or .event == "message.revoke""#
            stages += """
                  - deliver: [phone-\(name)]
                    when: '\(isHere) and (\(isCommand))'
                  - deliver: [desk-\(name)]
                    when: '\(isHere) and (\(isCommand) | not)'

                """
        }
        let configuration = RelayProcess.configuration(extra: destinations)
            .replacingOccurrences(of: "sources:\n", with: sources)
        relay = try RelayProcess(configuration: configuration, pipeline: stages)
    }

    static func run(
        _ gateway: ScriptedGateway,
        sessions: [String] = ["main"],
        isKeyed: Bool = true,
        _ body: (ChatwootRelayFixture) async throws -> Void
    ) async throws {
        let fixture = try await ChatwootRelayFixture(gateway, sessions: sessions, isKeyed: isKeyed)
        defer {
            fixture.relay.remove()
            fixture.receiver.stop()
            fixture.chatwoot.stop()
        }
        fixture.answer()
        try await fixture.start()
        try await body(fixture)
    }

    /// Starts the relay, and configures its URL in Chatwoot.
    func start() async throws {
        try await relay.start()
        for place in inboxes {
            chatwoot.updateInbox(place.inbox.id) {
                $0.webhookURL = "\(relay.url)/in/chatwoot-\(place.session)/\(place.session)"
            }
        }
    }

    // MARK: The gateway

    /// Answers every message with an id: the gateway's own, if it chooses ids.
    /// - Parameter before: called with the id before the response is sent.
    func answer(before: (@Sendable (String, ScriptedReceiver.Request) -> Void)? = nil) {
        receiver.respond { [gateway, self] request in
            if request.path.hasSuffix("/media") { return .status(200, body: #"{"id": "MEDIA1"}"#) }
            let id = gateway.chosenID(request) ?? nextID()
            before?(id, request)
            return .status(200, body: gateway.answer(id))
        }
    }

    /// Waits for a number of requests to the gateway.
    @discardableResult
    func requests(_ count: Int) async throws -> [ScriptedReceiver.Request] { try await receiver.next(count: count) }

    private func nextID() -> String {
        number.withLock { number in
            number += 1
            return "3EB0GATEWAY\(number)"
        }
    }

    /// Posts a document of the gateway and waits for the response; for threads that are not tasks.
    func postFromGateway(_ document: JSON) {
        let done = DispatchSemaphore(value: 0)
        Task {
            _ = try? await relay.call("POST", "/in/phones", document)
            done.signal()
        }
        done.wait()
    }

    // MARK: Events on WhatsApp

    func customerWrites(_ id: String, _ text: String, session: String = "main") async throws {
        let document = Self.message(id, text: text, isOurs: false, session: session)
        let answer = try await relay.call("POST", "/in/phones", document)
        #expect(answer.status == 200)
    }

    /// A message as the gateway posts it, with the current time, because an older message would be labeled with its
    /// time.
    static func message(_ id: String, text: String, isOurs: Bool, session: String = "main") -> JSON {
        var document = baileysText(id, text: text, session: session)
        var message = document["data"]?["messages"]?[0] ?? .null
        message["key"]?["fromMe"] = .bool(isOurs)
        message["messageTimestamp"] = .int(Int64(Date().timeIntervalSince1970))
        document["data"]?["messages"] = [message]
        return document
    }

    static func echo(_ id: String) -> JSON { message(id, text: "echo", isOurs: true) }

    /// - Parameter status: 3 delivered, 4 read.
    func receipt(_ id: String, status: Int64, session: String = "main") async throws {
        let document: JSON = [
            "session": .string(session), "event": "messages.update",
            "data": [
                [
                    "key": [
                        "remoteJid": "5511999999001@s.whatsapp.net", "fromMe": true, "id": .string(id),
                    ], "update": ["status": .int(status)],
                ]
            ],
        ]
        #expect(try await relay.call("POST", "/in/phones", document).status == 200)
    }

    // MARK: Messages in Chatwoot

    /// The texts of an inbox, without private notes and activities.
    func texts(_ place: Int = 0) -> [String] { Self.texts(chatwoot, inboxes[place]) }

    static func texts(_ chatwoot: ChatwootDouble, _ place: SessionInbox) -> [String] {
        chatwoot.messages.filter {
            $0.inboxID == place.inbox.id && !$0.isPrivate && ($0.kind == .incoming || $0.kind == .outgoing)
        }.map { $0.content ?? "" }
    }

    /// Waits until an inbox contains a text, and returns the row of its conversation.
    @discardableResult
    func shown(_ text: String, _ place: Int = 0) async throws -> Int {
        let inbox = inboxes[place].inbox.id
        try await chatwoot.wait(for: text) { chatwoot in
            chatwoot.messages.contains { $0.inboxID == inbox && $0.content == text }
        }
        return try #require(chatwoot.messages.last { $0.inboxID == inbox && $0.content == text }).conversationID
    }

    func waitForStatus(_ status: ChatwootDouble.MessageStatus, of message: Int) async throws {
        try await chatwoot.wait(for: "status \(status)") {
            $0.message(message)?.status == status
        }
    }
}

import RelayJSON
import Testing

@testable import RelayChatwoot

/// What agents read about a message that was not sent.
struct WhatsAppSendFailureTests {
    /// Payloads of `message.failed` as the formats make them.
    static let payloads: [(payload: String, english: String, portuguese: String, spanish: String)] = [
        (
            #""error": "131047 Re-engagement message", "errors": [{"code": 131047, "title": "Re-engagement message", "error_data": {"details": "Message failed to send because more than 24 hours have passed."}}]"#,
            "More than 24 hours have passed since the contact's last message: only a template can be sent now (131047: Message failed to send because more than 24 hours have passed.)",
            "Passaram mais de 24 horas desde a última mensagem do contato: agora só é possível enviar um modelo (131047: Message failed to send because more than 24 hours have passed.)",
            "Pasaron más de 24 horas desde el último mensaje del contacto: ahora solo se puede enviar una plantilla (131047: Message failed to send because more than 24 hours have passed.)"
        ),
        (
            #""error": "Your account has been restricted", "errorCode": "463""#,
            "WhatsApp has restricted this account (463: Your account has been restricted)",
            "O WhatsApp restringiu esta conta (463: Your account has been restricted)",
            "WhatsApp restringió esta cuenta (463: Your account has been restricted)"
        ),
        (
            #""error": "463""#, "WhatsApp has restricted this account (463)", "O WhatsApp restringiu esta conta (463)",
            "WhatsApp restringió esta cuenta (463)"
        ),
        (
            #""error": "131026 Message undeliverable", "errorCode": 131026"#,
            "The number is not on WhatsApp, or cannot receive this message (131026: Message undeliverable)",
            "O número não está no WhatsApp ou não pode receber esta mensagem (131026: Message undeliverable)",
            "El número no está en WhatsApp o no puede recibir este mensaje (131026: Message undeliverable)"
        ),
        (#""error": "9999999 Odd""#, "9999999: Odd", "9999999: Odd", "9999999: Odd"),
        (#""error": "blocked""#, "blocked", "blocked", "blocked"),
        (#""error": "24h window""#, "24h window", "24h window", "24h window"),
        (
            #""error": "unknown""#, "WhatsApp did not say why", "O WhatsApp não informou o motivo",
            "WhatsApp no informó el motivo"
        ),
    ]

    @Test(arguments: payloads)
    func agentsReadWhatACodeMeansAndWhatWasSaid(
        _ payload: String, _ english: String, _ portuguese: String, _ spanish: String
    ) throws {
        let failure = WhatsAppSendFailure(payload: try #require(try JSON(parsing: "{\(payload)}").object))
        #expect(failure.text(in: .english) == english)
        #expect(failure.text(in: .portuguese) == portuguese)
        #expect(failure.text(in: .spanish) == spanish)
        for (language, text) in [("en", english), ("pt-BR", portuguese), ("es", spanish)] {
            let plan = try plan(
                "message.failed",
                RelayChatwootTests.payload(#""fromMe": true, "wa_message_id": "A1", \#(payload)"#),
                options: "language: \(language)")
            #expect(plan.actions == [.status(messageID: "A1", .failed(error: text))])
        }
    }

    @Test func aGatewaysFailureIsToldInTheLanguage() {
        let refused = WhatsAppSendFailure(.refused, reason: "no such template")
        #expect(refused.text(in: .english) == "The gateway refused the message: no such template")
        #expect(refused.text(in: .portuguese) == "O gateway recusou a mensagem: no such template")
        #expect(refused.text(in: .spanish) == "El gateway rechazó el mensaje: no such template")
        #expect(WhatsAppSendFailure(.gatewaySilent).text(in: .portuguese).hasPrefix("O gateway não respondeu"))
        #expect(WhatsAppSendFailure(.refused).text(in: .english) == "The gateway refused the message")
        // The relay's own English text is not repeated in another language.
        let nothing = WhatsAppSendFailure(.nothingToSend, reason: "There is nothing to send.")
        #expect(nothing.text(in: .english) == "There is nothing to send.")
        #expect(nothing.text(in: .spanish) == "No hay nada que enviar: ni texto ni archivo adjunto")
        let long = WhatsAppSendFailure(.refused, reason: String(repeating: "x", count: 9000))
        #expect(long.text(in: .english).unicodeScalars.count <= 500)
    }

    @Test(arguments: [131_047, 131_026, 130_429, 190, 463, 0])
    func aCodesMeaningIsAboveTheStatus(_ code: Int) throws {
        let meaning = try #require(WhatsAppErrorMeaning.meaning(code))
        let failure = WhatsAppSendFailure(.keyRefused, code: code, reason: "text")
        for language in AgentNoticeLanguage.allCases {
            #expect(failure.text(in: language) == "\(meaning.text(in: language)) (\(code): text)")
        }
    }
}

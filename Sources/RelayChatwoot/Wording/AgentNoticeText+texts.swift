extension AgentNoticeText {
    /// The text in every language, short and exact.
    var texts: (english: String, portuguese: String) {
        switch self {
        case .group: ("GROUP", "GRUPO")
        case .image: ("Image", "Imagem")
        case .video: ("Video", "Vídeo")
        case .gif: ("GIF", "GIF")
        case .videoNote: ("Video note", "Recado de vídeo")
        case .audio: ("Audio", "Áudio")
        case .voice: ("Voice message", "Mensagem de voz")
        case .document: ("Document", "Documento")
        case .sticker: ("Sticker", "Figurinha")
        case .location: ("Location", "Localização")
        case .liveLocation: ("Live location", "Localização em tempo real")
        case .contact: ("Contact", "Contato")
        case .poll: ("Poll", "Enquete")
        case .order: ("Order", "Pedido")
        case .product: ("Product", "Produto")
        case .groupInvite: ("Invitation to the group {}", "Convite para o grupo {}")
        case .calendarEvent: ("Event", "Evento")
        case .text: ("Message", "Mensagem")
        case .form: ("Form", "Formulário")
        case .payment: ("Payment", "Pagamento")
        case .paymentRequest: ("Payment request", "Pedido de pagamento")
        case .paymentSent: ("Payment sent", "Pagamento enviado")
        case .paymentDeclined: ("Payment request declined", "Pedido de pagamento recusado")
        case .paymentCancelled: ("Payment request cancelled", "Pedido de pagamento cancelado")
        case .paymentInvitation: ("Invitation to use payments", "Convite para usar pagamentos")
        case .invoice: ("Invoice", "Fatura")

        case .fileFollows: ("the file follows", "o arquivo vem a seguir")
        case .fileTooLarge: ("the file is too large", "o arquivo é grande demais")
        case .fileUnavailable: ("the file is not available", "o arquivo não está disponível")
        case .linkUntil: ("until {}", "até {}")
        case .viewOnce: ("View once", "Visualização única")
        case .viewOnceUnavailable:
            (
                "View-once message: it can only be opened on the phone",
                "Mensagem de visualização única: só pode ser aberta no celular"
            )
        case .phoneOnly:
            (
                "The sender hides this message on linked devices: it can only be read on the phone",
                "O remetente oculta esta mensagem em dispositivos conectados: só pode ser lida no celular"
            )
        case .waiting:
            (
                "A message that has not arrived yet: look at it on the phone",
                "Uma mensagem que ainda não chegou: veja no celular"
            )
        case .unsupported:
            (
                "A message that cannot be shown here ({}): look at it on the phone",
                "Uma mensagem que não pode ser exibida aqui ({}): veja no celular"
            )
        case .continued: ("the whole text is in {}", "o texto completo está em {}")

        case .forwarded: ("Forwarded", "Encaminhada")
        case .sentAt: ("Sent {}", "Enviada em {}")
        case .advertisement: ("From the ad {}", "Pelo anúncio {}")
        case .advertisementUnnamed: ("From an ad", "Por um anúncio")
        case .aboutProduct: ("About the product {}", "Sobre o produto {}")
        case .status: ("Status", "Status")
        case .items: ("Items: {}", "Itens: {}")
        case .pixKey: ("Pix key: {}", "Chave Pix: {}")
        case .reference: ("Reference: {}", "Referência: {}")
        case .cancelled: ("cancelled", "cancelado")

        case .edited: ("Edited", "Editada")
        case .editedUnseen:
            (
                "The message was edited; look at the new text on the phone",
                "A mensagem foi editada; veja o novo texto no celular"
            )
        case .deleted: ("The message was deleted in WhatsApp", "A mensagem foi apagada no WhatsApp")
        case .reacted: ("Reacted {}", "Reagiu com {}")
        case .reactionRemoved: ("Reaction removed", "Reação removida")
        case .voted: ("Voted for {}", "Votou em {}")
        case .voteWithdrawn: ("Vote withdrawn", "Voto retirado")
        case .pinned: ("The message was pinned", "A mensagem foi fixada")
        case .unpinned: ("The message was unpinned", "A mensagem foi desafixada")

        case .kept: ("The message was kept in the chat", "A mensagem foi mantida na conversa")
        case .unkept: ("The message is no longer kept in the chat", "A mensagem não é mais mantida na conversa")
        case .commented:
            ("Commented on the message; look at it on the phone", "Comentou a mensagem; veja no celular")
        case .eventAnswered:
            ("Answered the event; look at it on the phone", "Respondeu ao evento; veja no celular")
        case .eventGoing: ("Will attend the event", "Vai ao evento")
        case .eventNotGoing: ("Will not attend the event", "Não vai ao evento")
        case .eventMaybe: ("May attend the event", "Talvez vá ao evento")

        case .call: ("Incoming call", "Chamada recebida")
        case .videoCall: ("Incoming video call", "Chamada de vídeo recebida")
        case .missedCall: ("Missed call", "Chamada perdida")
        case .missedVideoCall: ("Missed video call", "Chamada de vídeo perdida")
        case .declinedCall: ("Declined call", "Chamada recusada")
        case .answeredCall: ("Answered call", "Chamada atendida")

        case .numberChanged:
            ("The contact has a new phone number: {}", "O contato tem um novo número de telefone: {}")
        case .identityChanged:
            ("The contact's security code has changed", "O código de segurança do contato mudou")
        case .chatStarted: ("The contact opened the chat", "O contato abriu a conversa")
        case .groupAdded: ("Joined the group: {}", "Entrou no grupo: {}")
        case .groupRemoved: ("Left the group: {}", "Saiu do grupo: {}")
        case .groupPromoted: ("Now an admin: {}", "Agora é admin: {}")
        case .groupDemoted: ("No longer an admin: {}", "Não é mais admin: {}")
        case .notForwarded:
            (
                "A WhatsApp message could not be shown here; look at it on the phone. {}",
                "Uma mensagem do WhatsApp não pôde ser exibida aqui; veja no celular. {}"
            )
        case .recovered:
            (
                "This message could not be shown before, and has now arrived",
                "Esta mensagem não pôde ser exibida antes e chegou agora"
            )
        case .sessionLost:
            (
                "The WhatsApp session {} is logged out: it must be paired again",
                "A sessão {} do WhatsApp foi desconectada: é preciso parear de novo"
            )
        }
    }
}

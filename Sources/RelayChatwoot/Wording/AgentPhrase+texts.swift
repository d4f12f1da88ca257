extension AgentPhrase {
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

        case .sendRefused: ("The gateway refused the message", "O gateway recusou a mensagem")
        case .gatewayUnreachable:
            (
                "The gateway cannot be reached; try again later",
                "Não foi possível acessar o gateway; tente mais tarde"
            )
        case .gatewayUnavailable:
            (
                "The gateway is out of order at the moment; try again later",
                "O gateway está com problemas no momento; tente mais tarde"
            )
        case .gatewaySilent:
            (
                "The gateway did not answer; look on the phone whether the message was sent",
                "O gateway não respondeu; veja no celular se a mensagem foi enviada"
            )
        case .gatewayKeyRefused:
            (
                "The gateway does not accept the relay's key; an administrator must correct it",
                "O gateway não aceita a chave do relay; um administrador precisa corrigi-la"
            )
        case .gatewaySessionUnknown:
            (
                "The gateway does not have this WhatsApp session; an administrator must connect it",
                "O gateway não tem esta sessão do WhatsApp; um administrador precisa conectá-la"
            )
        case .sendFailed: ("The message could not be sent", "A mensagem não pôde ser enviada")
        case .noRecipientNumber:
            (
                "The contact has no WhatsApp number: give it a phone number with its country code, such as +5511999999999",
                "O contato não tem número de WhatsApp: informe um número com código do país, como +5511999999999"
            )
        case .nothingToSend:
            (
                "There is nothing to send: no text and no attachment",
                "Não há nada para enviar: nem texto nem anexo"
            )
        case .recipientNumberHidden:
            (
                "The contact hides the phone number, and this gateway sends only to phone numbers",
                "O contato oculta o número de telefone, e este gateway só envia para números de telefone"
            )
        case .windowClosed:
            (
                "More than 24 hours have passed since the contact's last message: only a template can be sent now",
                "Passaram mais de 24 horas desde a última mensagem do contato: agora só é possível enviar um modelo"
            )
        case .recipientUnavailable:
            (
                "The number is not on WhatsApp, or cannot receive this message",
                "O número não está no WhatsApp ou não pode receber esta mensagem"
            )
        case .recipientNotAllowed:
            (
                "The number is not in the list of recipients that the test number may write to",
                "O número não está na lista de destinatários permitidos do número de teste"
            )
        case .recipientIsSender:
            (
                "A message cannot be sent to the account's own number",
                "Não é possível enviar uma mensagem para o próprio número"
            )
        case .recipientOptedOut:
            (
                "The contact does not want marketing messages from this number",
                "O contato não quer mensagens de marketing deste número"
            )
        case .marketingLimited:
            (
                "WhatsApp limits the marketing messages that this contact gets; send it later",
                "O WhatsApp limita as mensagens de marketing para este contato; envie mais tarde"
            )
        case .accountRestricted: ("WhatsApp has restricted this account", "O WhatsApp restringiu esta conta")
        case .countryRestricted:
            (
                "WhatsApp does not let this account write to the contact's country",
                "O WhatsApp não permite que esta conta escreva para o país do contato"
            )
        case .paymentMissing:
            (
                "Meta reports a problem with the account's payment method",
                "A Meta informa um problema com a forma de pagamento da conta"
            )
        case .tooManyMessages:
            (
                "Too many messages in a short time; try again later",
                "Mensagens demais em pouco tempo; tente mais tarde"
            )
        case .reportedAsSpam:
            (
                "WhatsApp holds messages back because earlier ones were blocked or reported as spam",
                "O WhatsApp está retendo mensagens porque outras foram bloqueadas ou denunciadas como spam"
            )
        case .messageTypeUnsupported:
            (
                "WhatsApp does not support this type of message here",
                "O WhatsApp não aceita este tipo de mensagem aqui"
            )
        case .fileRefused:
            (
                "WhatsApp could not take the file: its type or size may not be allowed",
                "O WhatsApp não aceitou o arquivo: o tipo ou o tamanho pode não ser permitido"
            )
        case .senderNotRegistered:
            (
                "The sending number is not registered; an administrator must register it with Meta",
                "O número remetente não está registrado; um administrador precisa registrá-lo na Meta"
            )
        case .senderNameNotApproved:
            (
                "The sending number's display name is not approved yet",
                "O nome de exibição do número remetente ainda não foi aprovado"
            )
        case .accessTokenInvalid:
            (
                "Meta's access token is not valid any more; an administrator must replace it",
                "O token de acesso da Meta não é mais válido; um administrador precisa substituí-lo"
            )
        case .permissionMissing:
            (
                "Meta's access token may not send from this number; an administrator must extend it",
                "O token de acesso da Meta não pode enviar por este número; um administrador precisa ampliá-lo"
            )
        case .parameterInvalid:
            (
                "Meta does not accept a value in the message",
                "A Meta não aceita um valor da mensagem"
            )
        case .templateRefused:
            (
                "The template does not exist, is paused, or does not fit its parameters",
                "O modelo não existe, está pausado ou não corresponde aos parâmetros"
            )
        case .metaUnavailable:
            (
                "WhatsApp has a problem at the moment; try again later",
                "O WhatsApp está com um problema no momento; tente mais tarde"
            )
        case .failureUnexplained: ("WhatsApp did not say why", "O WhatsApp não informou o motivo")
        }
    }
}

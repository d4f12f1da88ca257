/// The transports that come with the relay: one line each.
package enum BuiltInTransports {
    package static let all: [any SourceTransport.Type] = [
        HTTPTransport.self,
        StandardInputTransport.self,
        FileTransport.self,
    ]
}

/// The kinds of authentication that come with the relay: one line each.
package enum BuiltInAuthentication {
    package static let all: [any IntakeAuthentication.Type] = [
        BearerAuthentication.self,
        HeaderAuthentication.self,
        HMACAuthentication.self,
        MetaSignatureAuthentication.self,
        ChatwootSignatureAuthentication.self,
        BodyAuthentication.self,
    ]
}

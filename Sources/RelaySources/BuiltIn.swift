/// The transports included in the relay, one per line.
package enum BuiltInTransports {
    package static let all: [any SourceTransport.Type] = [
        HTTPTransport.self,
        StandardInputTransport.self,
        FileTailTransport.self,
    ]
}

/// The kinds of authentication included in the relay, one per line.
package enum BuiltInAuthenticationKinds {
    package static let all: [any IntakeAuthentication.Type] = [
        BearerAuthentication.self,
        HeaderAuthentication.self,
        HMACAuthentication.self,
        MetaSignatureAuthentication.self,
        ChatwootSignatureAuthentication.self,
        BodyTokenAuthentication.self,
    ]
}

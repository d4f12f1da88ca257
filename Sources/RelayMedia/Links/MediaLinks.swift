package import RelayCore
internal import RelayCrypto

/// Creates and verifies signed URLs for stored files, which receivers use without an account:
/// `PUBLIC_URL/media/{id}/{name}?exp=…&t=…&sig=…`. They cannot be guessed, and they expire.
package struct MediaLinks: Sendable {
    /// The content of a URL after its signature was verified.
    package struct LinkClaims: Sendable, Hashable {
        package let id: MediaID
        package let name: String
        package let mimetype: String?
    }

    /// The result of ``check(id:name:expiry:mimetype:signature:)``.
    package enum Verdict: Sendable, Hashable {
        case valid(LinkClaims)
        /// The signature is valid, and the URL has expired.
        case expired
        /// The signature is invalid: the relay did not create the URL, or it was changed.
        case forged
    }

    private let publicURL: String
    private let lifetime: Duration
    private let hmac: HMAC
    private let clock: any RelayClock

    /// - Parameters:
    ///   - publicURL: the URL at which receivers reach the relay, without a trailing slash.
    ///   - lifetime: the minimum time for which a URL is valid. It can be an hour longer, because the URL of a file
    ///     stays the same for an hour.
    ///   - masterKey: a secret, from which the key for signatures is derived.
    package init(publicURL: String, lifetime: Duration, masterKey: [UInt8], clock: any RelayClock) {
        self.publicURL = publicURL
        self.lifetime = lifetime
        self.clock = clock
        let key = HKDF.derive(
            from: SymmetricKey(bytes: masterKey),
            info: "zaphub media links".utf8,
            byteCount: 32
        )
        hmac = HMAC(key: SymmetricKey(bytes: key))
    }

    // MARK: Creating

    /// - Parameters:
    ///   - name: the last path segment, made safe. Empty: `file`.
    ///   - mimetype: the type with which the file is served; ignored unless it is a valid MIME type.
    package func link(
        to media: StoredMedia,
        name: String,
        mimetype: String?
    ) -> (url: String, expiresAt: Timestamp) {
        let safeName = MediaFileNameBuilder.safe(name)
        let name = safeName.isEmpty ? "file" : safeName
        let mimetype = mimetype.flatMap { Self.isMimetype($0) ? $0 : nil }
        let expiry = expiry
        let signature = signature(id: media.id.description, name: name, expiry: "\(expiry)", mimetype: mimetype)
        let type = mimetype.map { "&t=" + PercentCoding.encode($0) } ?? ""
        let url = "\(publicURL)/media/\(media.id)/\(PercentCoding.encode(name))?exp=\(expiry)\(type)&sig=\(signature)"
        return (url, Timestamp(seconds: expiry))
    }

    /// Rounded up, so that requests within the same hour get the same URL.
    private var expiry: Int64 {
        let step = min(3600, max(1, lifetime.milliseconds / 1000))
        let end = (clock.wall + lifetime).milliseconds
        return (end + step * 1000 - 1) / (step * 1000) * step
    }

    /// Two words with a slash between them, optionally with parameters after a semicolon: safe as a header value.
    private static func isMimetype(_ text: String) -> Bool {
        let words = text.prefix { $0 != ";" }.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 127 && words.count == 2
            && words.allSatisfy { HeaderFieldRules.isValid(name: String($0.trimmingSpaces)) }
            && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    // MARK: Verifying

    /// Verifies the parts of a URL, percent-decoded.
    /// - Parameters:
    ///   - expiry: the value of `exp`.
    ///   - mimetype: the value of `t`; nil when it is missing.
    ///   - signature: the value of `sig`.
    package func check(id: String, name: String, expiry: String?, mimetype: String?, signature: String?) -> Verdict {
        guard let mediaID = MediaID(id), let expiry, let signature else { return .forged }
        let right = self.signature(id: id, name: name, expiry: expiry, mimetype: mimetype)
        guard ConstantTime.areEqual(signature.utf8, right.utf8), let seconds = Int64(expiry) else {
            return .forged
        }
        guard clock.wall < Timestamp(seconds: seconds) else { return .expired }
        return .valid(LinkClaims(id: mediaID, name: name, mimetype: mimetype))
    }

    /// 128 bits, as URL-safe base64. Each part is preceded by its length, so that different parts never give the same
    /// input.
    private func signature(id: String, name: String, expiry: String, mimetype: String?) -> String {
        let parts = [id, name, expiry] + (mimetype.map { [$0] } ?? [])
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        return Base64.url(Array(hmac.code(for: Array(text.utf8)).prefix(16)))
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}

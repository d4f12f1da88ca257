internal import Crypto
package import RelayCore

/// Makes and checks the addresses under which receivers get stored files, without an account:
/// `PUBLIC_URL/media/{id}/{name}?exp=…&t=…&sig=…`. Nobody can make one who has not been given it, and each works for a
/// time only.
package struct MediaLinks: Sendable {
    /// What an address says, once it is known to be genuine.
    package struct LinkClaims: Sendable, Hashable {
        package let id: MediaID
        package let name: String
        package let mimetype: String?
    }

    /// What ``check(id:name:expiry:mimetype:signature:)`` found.
    package enum Verdict: Sendable, Hashable {
        case valid(LinkClaims)
        /// It was genuine, and its time is over.
        case expired
        /// The relay did not make it, or somebody changed it.
        case forged
    }

    private let publicURL: String
    private let lifetime: Duration
    private let key: SymmetricKey
    private let clock: any RelayClock

    /// - Parameters:
    ///   - publicURL: how receivers reach the relay, without a slash at its end.
    ///   - lifetime: for how long an address works at least; up to an hour more, because the same file has the same
    ///     address for an hour.
    ///   - masterKey: a secret; the links' own key is derived from it.
    package init(publicURL: String, lifetime: Duration, masterKey: [UInt8], clock: any RelayClock) {
        self.publicURL = publicURL
        self.lifetime = lifetime
        self.clock = clock
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: masterKey),
            info: Array("zaphub media links".utf8),
            outputByteCount: 32
        )
    }

    // MARK: Making

    /// - Parameters:
    ///   - name: for the end of the path; made safe. Empty: `file`.
    ///   - mimetype: what the file is served as; left out unless it has the form of one.
    package func link(
        to media: StoredMedia,
        name: String,
        mimetype: String?
    ) -> (url: String, expiresAt: Timestamp) {
        let safeName = MediaFileName.safe(name)
        let name = safeName.isEmpty ? "file" : safeName
        let mimetype = mimetype.flatMap { Self.isMimetype($0) ? $0 : nil }
        let expiry = expiry
        let signature = signature(id: media.id.description, name: name, expiry: "\(expiry)", mimetype: mimetype)
        let type = mimetype.map { "&t=" + PercentCoding.encode($0) } ?? ""
        let url = "\(publicURL)/media/\(media.id)/\(PercentCoding.encode(name))?exp=\(expiry)\(type)&sig=\(signature)"
        return (url, Timestamp(seconds: expiry))
    }

    /// Rounded up, so that whoever asks again within the hour gets the same address.
    private var expiry: Int64 {
        let step = min(3600, max(1, lifetime.milliseconds / 1000))
        let end = (clock.wall + lifetime).milliseconds
        return (end + step * 1000 - 1) / (step * 1000) * step
    }

    /// Two words with a slash between, and parameters after a semicolon: what may stand in a header as it is.
    private static func isMimetype(_ text: String) -> Bool {
        let words = text.prefix { $0 != ";" }.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 127 && words.count == 2
            && words.allSatisfy { HeaderFieldRules.isValid(name: $0.trimmingSpaces) }
            && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    // MARK: Checking

    /// Checks the parts of an address, percent-decoded.
    /// - Parameters:
    ///   - expiry: of `exp`.
    ///   - mimetype: of `t`; nil when it is not there.
    ///   - signature: of `sig`.
    package func check(id: String, name: String, expiry: String?, mimetype: String?, signature: String?) -> Verdict {
        guard let mediaID = MediaID(id), let expiry, let signature else { return .forged }
        let right = self.signature(id: id, name: name, expiry: expiry, mimetype: mimetype)
        guard ConstantTime.equal(Array(signature.utf8), Array(right.utf8)), let seconds = Int64(expiry) else {
            return .forged
        }
        guard clock.wall < Timestamp(seconds: seconds) else { return .expired }
        return .valid(LinkClaims(id: mediaID, name: name, mimetype: mimetype))
    }

    /// 128 bits, in the alphabet of URLs. Lengths stand in front, so that no two sets of parts make the same text.
    private func signature(id: String, name: String, expiry: String, mimetype: String?) -> String {
        let parts = [id, name, expiry] + (mimetype.map { [$0] } ?? [])
        let text = parts.map { "\($0.utf8.count):\($0)" }.joined()
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
        return Base64.url(Array(code.prefix(16)))
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}

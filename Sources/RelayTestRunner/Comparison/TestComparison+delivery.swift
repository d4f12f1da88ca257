internal import RelayCore
internal import RelayJQ
internal import RelayJSON

extension TestComparison {
    /// What differs between an expected delivery and one that was made; headers and body are the last attempt's.
    func differences(_ wanted: DeliveryExpectation, _ there: PipelineTestRecord.Delivery, _ path: String)
        -> [ExpectationDifference]
    {
        var found = ExpectationDifference.ofEvent(wanted.event, there.event, path)
        found += ExpectationDifference.ofAttempts((wanted.attempts, wanted.at), there.requests, path)
        guard let last = there.requests.last else { return found }
        for (name, value) in (wanted.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
            let got = last.header(name)
            if let got, value.fits(got) { continue }
            let shown = got.map { Self.isCredential(name) ? "another value" : $0 } ?? "no such header"
            found.append(
                ExpectationDifference(
                    path: "\(path).headers.\(name)",
                    expected: Self.isCredential(name) ? "***" : value.written,
                    got: shown
                )
            )
        }
        if let body = wanted.body { found += differences(body, last.own, "\(path).body") }
        if let signed = wanted.signed {
            let verdict = DeliverySignatureCheck(there).verdict
            if signed, verdict != .valid {
                found.append(
                    ExpectationDifference(path: "\(path).signed", expected: "signatures that fit", got: "\(verdict)"))
            } else if !signed, verdict != .unsigned {
                found.append(ExpectationDifference(path: "\(path).signed", expected: "no signature", got: "\(verdict)"))
            }
        }
        return found
    }

    private func differences(_ check: BodyExpectation, _ bytes: [UInt8], _ path: String) -> [ExpectationDifference] {
        let text = String(decoding: bytes, as: UTF8.self)
        let document = try? JSON(parsing: bytes)
        // A body that is not JSON is a string, which can be compared only with strings.
        let body = document ?? .string(text)
        var found: [ExpectationDifference] = []
        if let equals = check.equals, equals != .string(text) {
            found += ExpectationDifference.between(equals, body, at: path, isPart: false)
        }
        if let contains = check.contains, document != nil || contains.string.map({ !text.contains($0) }) ?? true {
            found += ExpectationDifference.between(contains, body, at: path, isPart: true)
        }
        if let jq = check.jq, document == nil {
            found.append(ExpectationDifference(path: "\(path).jq", expected: jq.source, got: "a body that is no JSON"))
        } else if let jq = check.jq {
            do throws(JQError) {
                if try !jq.isTrue(body) {
                    found.append(
                        ExpectationDifference(path: "\(path).jq", expected: jq.source, got: "not so: \(text.excerpt)"))
                }
            } catch {
                found.append(
                    ExpectationDifference(path: "\(path).jq", expected: jq.source, got: "an error: \(error.message)"))
            }
        }
        if let pattern = check.pattern, (try? Regex(pattern).firstMatch(in: text)) == nil {
            found.append(
                ExpectationDifference(path: "\(path).pattern", expected: pattern, got: "not in: \(text.excerpt)"))
        }
        return found
    }

    /// Whether a header's name suggests a credential, which a report must not contain.
    private static func isCredential(_ name: String) -> Bool {
        ["auth", "token", "key", "secret", "password", "cookie"].contains { name.lowercased().contains($0) }
    }
}

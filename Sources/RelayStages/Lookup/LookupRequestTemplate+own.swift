internal import RelayConfig
internal import RelayCore
internal import RelayJSON

extension LookupRequestTemplate {
    /// The requests that `url`, `body` and `picture_url` describe.
    static func own(_ options: LookupOptions, names: Bool, pictures: Bool) -> [LookupRequestTemplate] {
        let isApart = options.pictureURL != nil
        var questions: [LookupRequestTemplate] = []
        if names || !isApart {
            let reader = DirectoryLookupAnswerReader(
                names: names,
                pictures: pictures && !isApart ? .among : .no,
                name: options.name,
                picture: options.picture,
                phone: options.phone
            )
            var question = LookupRequestTemplate(url: address(options.url), reader: reader)
            if let body = options.body { question.body = { body.filled($0.values, encode: insideJSON) } }
            questions.append(question)
        }
        if pictures, let url = options.pictureURL {
            questions.append(
                LookupRequestTemplate(
                    url: address(url), reader: DirectoryLookupAnswerReader(pictures: .alone, picture: options.picture)))
        }
        return questions
    }

    private static func address(_ template: PlaceholderTemplate) -> @Sendable (LookupPlaceholders) -> String? {
        { template.filled($0.values, encode: PlaceholderTemplate.percentEncoded) }
    }

    /// The value, escaped for the inside of a JSON string.
    static func insideJSON(_ value: String) -> String? {
        guard !value.isEmpty else { return nil }
        return String(JSON.string(value).text.dropFirst().dropLast())
    }
}

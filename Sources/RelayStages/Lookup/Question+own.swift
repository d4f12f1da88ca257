internal import RelayConfig
internal import RelayCore
internal import RelayJSON

extension Question {
    /// The requests that `url`, `body` and `picture_url` describe.
    static func own(_ options: LookupOptions, names: Bool, pictures: Bool) -> [Question] {
        let isApart = options.pictureURL != nil
        var questions: [Question] = []
        if names || !isApart {
            let reader = AnswerReader(
                names: names,
                pictures: pictures && !isApart ? .among : .no,
                name: options.name,
                picture: options.picture,
                phone: options.phone
            )
            var question = Question(url: address(options.url), reader: reader)
            if let body = options.body { question.body = { body.filled($0.values, encode: insideJSON) } }
            questions.append(question)
        }
        if pictures, let url = options.pictureURL {
            questions.append(
                Question(url: address(url), reader: AnswerReader(pictures: .alone, picture: options.picture)))
        }
        return questions
    }

    private static func address(_ template: PlaceholderTemplate) -> @Sendable (ChatValues) -> String? {
        { template.filled($0.values, encode: PlaceholderTemplate.percentEncoded) }
    }

    /// The value, escaped for the inside of a JSON string.
    static func insideJSON(_ value: String) -> String? {
        guard !value.isEmpty else { return nil }
        return String(JSON.string(value).text.dropFirst().dropLast())
    }
}

internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// The parameters of a tap request.
struct TapQuery: Sendable {
    var selection: TapFilter
    /// An expression on the document; entries for which it is not true are left out.
    var filter: JQProgram?
    var sample: TapSampler.Rule?
    /// The number of entries after which the tap ends.
    var limit: Int?
    /// The time after which the tap ends.
    var duration: Duration?

    /// - Throws: 400 for an invalid filter expression, with the position of the error; 422 for everything else.
    init(_ query: inout QueryParameterReader, pipelines: [PipelineSummary]) throws(APIError) {
        selection = TapFilter(
            pipeline: query.text("pipeline"),
            stages: Set(query.texts("stage")),
            points: Set(query.choices("point", TapEvent.Point.allCases.map { ($0.rawValue, $0) })),
            destination: query.text("destination").map { DestinationKey($0) },
            session: query.id("session"),
            types: EventTypeFilter(query.texts("type"))
        )
        sample = query.sample()
        limit = query.text("limit") == nil ? nil : query.int("limit", default: 1, in: 1...1_000_000)
        duration = query.duration("duration", in: .milliseconds(1)...(.seconds(86_400)))
        let expression = query.text("filter")
        query.check(selection, pipelines)
        try query.finish()
        filter = try expression.map { source throws(APIError) in try Self.compile(source) }
    }

    private static func compile(_ source: String) throws(APIError) -> JQProgram {
        do throws(JQError) {
            return try JQProgram.condition(source, budget: .small)
        } catch {
            let place = error.offset.map { offset in
                String(decoding: source.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count + 1
            }
            throw APIError(
                status: 400,
                code: "invalid_filter",
                message: "?filter\(place.map { " at column \($0)" } ?? ""): this is no jq expression: \(error.message)",
                details: [
                    ["parameter": "filter", "column": .orNull(place), "message": .string(error.message)]
                ]
            )
        }
    }
}

extension QueryParameterReader {
    /// `10` for one in ten, or a rate.
    fileprivate mutating func sample() -> TapSampler.Rule? {
        guard let text = text("sample") else { return nil }
        if let n = Int(text), (1...1_000_000).contains(n) { return .oneIn(n) }
        if let rate = RateLimit(text) { return .rate(rate) }
        problem("sample", "is “\(text.prefix(40))”; give N for one in N, or a rate such as 10/s or 60/m")
        return nil
    }

    /// Rejects selections that can never match: an unknown pipeline or stage, and attempts of a pipeline.
    fileprivate mutating func check(_ selection: TapFilter, _ pipelines: [PipelineSummary]) {
        var stages = Set(pipelines.flatMap { $0.stages.map(\.id) })
        if let name = selection.pipeline {
            guard let pipeline = pipelines.first(where: { $0.name == name }) else {
                let hint = SpellingSuggestion.hint(for: name, in: pipelines.map(\.name))
                return problem("pipeline", "is “\(name.prefix(60))”, which does not run; \(hint)")
            }
            stages = Set(pipeline.stages.map(\.id))
        }
        for stage in selection.stages.sorted() where !stages.contains(stage) {
            let hint = SpellingSuggestion.hint(for: stage, in: stages.sorted())
            problem("stage", "is “\(stage.prefix(60))”, which is no stage's id; \(hint)")
        }
        if selection.destination != nil, selection.pipeline != nil || !selection.stages.isEmpty {
            problem("destination", "is for attempts, which belong to no pipeline and no stage; leave one out")
        }
    }
}

extension PipelineStepReader {
    /// The effects of the stages read so far.
    struct StageEffects {
        var ids: Set<String> = []
        /// The destinations that `deliver` stages name.
        var targets: Set<String> = []
        /// The number of stages that deliver.
        var delivers = 0
        /// Whether a stage writes to the history.
        var records = false
        /// The first stage that delivers an event before any stage has written it to the history.
        var unrecorded: ConfigNode?
        /// The first stage that writes an event to the history after another stage has rewritten it.
        var recordsRewritten: ConfigNode?
        /// Whether a stage rewrites the event.
        var rewrites = false
        var steps = 0
        /// The first stage beyond the maximum number.
        var excess: ConfigNode?
        /// The fragments that the pipeline uses.
        var fragments: Set<String> = []

        /// Records the effects of a stage for the warnings.
        mutating func note(_ effects: [StageFlowEffect], _ options: OptionReader, at node: ConfigNode) {
            for effect in effects {
                switch effect {
                case .rewrites:
                    rewrites = true
                case .records:
                    records = true
                    if rewrites, recordsRewritten == nil { recordsRewritten = node }
                case .delivers(let option):
                    targets.formUnion(options.node(option)?.elements.compactMap { try? $0.text } ?? [])
                    delivers += 1
                    if !records, unrecorded == nil { unrecorded = node }
                case .drops, .filters, .signs, .amends, .splits, .includes:
                    break
                }
            }
        }

        /// Returns an id that no other step has: `filter`, `filter-2` …
        mutating func id(_ base: String) -> String {
            var id = base
            var number = 1
            while !ids.insert(id).inserted {
                number += 1
                id = "\(base)-\(number)"
            }
            return id
        }
    }

    /// The position of a list of stages in a pipeline.
    struct Scope {
        static let maximumDepth = 10

        /// The number of enclosing lists.
        var depth = 0
        /// The prefix of the ids in a fragment.
        var prefix = ""
        /// The enclosing fragments, outermost first.
        var fragments: [String] = []

        var inside: Scope {
            var scope = self
            scope.depth += 1
            return scope
        }

        func inside(fragment name: String, usedAs id: String) -> Scope {
            var scope = inside
            scope.prefix = id + "."
            scope.fragments.append(name)
            return scope
        }
    }
}

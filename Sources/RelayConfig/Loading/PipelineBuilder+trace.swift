extension PipelineBuilder {
    /// What the stages read so far do.
    struct Trace {
        var ids: Set<String> = []
        /// What `deliver` names.
        var targets: Set<String> = []
        /// How many stages deliver.
        var delivers = 0
        /// Whether a stage writes to the history.
        var records = false
        /// The first stage that delivers what no stage has written to the history.
        var unrecorded: ConfigNode?
        /// The first stage that writes to the history what another stage has made.
        var recordsRewritten: ConfigNode?
        /// Whether a stage makes something else of the event.
        var rewrites = false
        var steps = 0
        /// The first stage that is one too many.
        var excess: ConfigNode?
        /// The fragments that it uses.
        var fragments: Set<String> = []

        /// Notes what the warnings need to know of a stage.
        mutating func note(_ effects: [StageEffect], _ options: OptionReader, at node: ConfigNode) {
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

        /// An id that no other step has: `filter`, `filter-2` …
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

    /// Where in a pipeline a list of stages stands.
    struct Scope {
        static let maximumDepth = 10

        /// Lists around it.
        var depth = 0
        /// What the ids in a fragment begin with.
        var prefix = ""
        /// The fragments that it is in, from the outside.
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

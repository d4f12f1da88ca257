extension PipelineBuilder {
    /// What the stages read so far do.
    struct Trace {
        var ids: Set<String> = []
        /// What `deliver` names.
        var targets: Set<String> = []
        var delivers = 0
        var persists = false
        /// The first `deliver` that no `persist` comes before.
        var unkept: ConfigNode?
        /// The first `persist` that keeps what a `transform` has made.
        var keepsTransformed: ConfigNode?
        var transforms = false
        var steps = 0
        /// The first stage that is one too many.
        var excess: ConfigNode?
        /// The fragments that it uses.
        var fragments: Set<String> = []

        /// Keeps what the warnings need: `deliver` is the stage that delivers, `persist` the one that keeps history.
        mutating func note(_ kind: String, _ options: OptionReader, mainField: String?, at node: ConfigNode) {
            switch kind {
            case "transform":
                transforms = true
            case "persist":
                persists = true
                if transforms, keepsTransformed == nil { keepsTransformed = node }
            case "deliver":
                let names = mainField.flatMap { options.node($0) }?.elements.compactMap { try? $0.text } ?? []
                targets.formUnion(names)
                delivers += 1
                if !persists, unkept == nil { unkept = node }
            default: break
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

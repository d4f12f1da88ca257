internal import RelayJSON

extension JQBuiltin {
    /// Functions of paths.
    static let paths: [JQBuiltin] = [
        generator("path", 1) { (input, call, emit) throws(JQFailure) in
            try call.locations(0, JQLocation(root: input)) { (location) throws(JQFailure) in
                try call.run.step()
                let steps = try location.steps()
                try call.run.charge(JQMeasure.bufferSize + steps.count * JQMeasure.valueSize)
                try call.run.pass(.array(steps), to: emit)
            }
        },
        single("del", 1) { (input, call) throws(JQFailure) in
            var paths: [JSON] = []
            try call.locations(0, JQLocation(root: input)) { (location) throws(JQFailure) in
                let steps = try location.steps()
                try call.run.charge(JQMeasure.bufferSize + (steps.count + 1) * JQMeasure.valueSize)
                paths.append(.array(steps))
            }
            return try JQRemoval.remove(input, paths, call.run)
        },
        function("delpaths", 1) { (input, arguments, run) throws(JQFailure) in
            guard case .array(let paths) = arguments[0] else {
                throw .message("Paths must be specified as an array")
            }
            return try JQRemoval.remove(input, paths, run)
        },
        function("setpath", 2) { (input, arguments, run) throws(JQFailure) in
            var root = input
            try JQChange.set(&root, try JQAccess.path(arguments[0])[...], to: arguments[1], run)
            return root
        },
        single("pick", 1) { (input, call) throws(JQFailure) in
            var result = JSON.null
            try call.locations(0, JQLocation(root: input)) { (location) throws(JQFailure) in
                try call.run.step()
                try JQChange.set(&result, location.steps()[...], to: location.value, call.run)
            }
            return result
        },
    ]
}

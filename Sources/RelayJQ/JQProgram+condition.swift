extension JQProgram {
    /// Compiles an expression whose result is only true or false: a condition.
    ///
    /// - Throws: also when the condition is an assignment. Its result is an event, and an event is always true.
    package static func condition(_ source: String, budget: JQBudget = JQBudget()) throws(JQError) -> JQProgram {
        let program = try JQProgram(source, budget: budget)
        if let assignment = program.expression.assignmentAsCondition {
            throw JQError(code: .assignment, message: assignment.message, offset: assignment.offset)
        }
        return program
    }
}

extension JQExpression {
    /// The first assignment whose result this expression uses as a condition.
    ///
    /// Iterative, because an expression can be nested more deeply than the stack of the calling thread allows.
    fileprivate var assignmentAsCondition: (message: String, offset: Int)? {
        var rest = [self]
        while let condition = rest.popLast() {
            switch condition.kind {
            case .assignment(.set, _, _):
                return ("`=` assigns, and the result is always true; compare with `==`", condition.offset)
            case .assignment:
                return (
                    "an assignment stands where a condition is expected; its result is always true", condition.offset
                )
            case .pipe(let left, let right):
                // `a | not` is the opposite of the condition `a`.
                if case .call("not", _) = right.kind { rest.append(left) } else { rest.append(right) }
            case .define(_, let body), .bind(_, _, let body), .label(_, let body), .attempt(let body, _):
                rest.append(body)
            case .operation(.and, let left, let right), .operation(.or, let left, let right),
                .operation(.alternative, let left, let right), .comma(let left, let right):
                rest += [right, left]
            case .condition(let branches, let otherwise):
                if let otherwise { rest.append(otherwise) }
                for branch in branches.reversed() { rest += [branch.then, branch.test] }
            case .call(let name, let arguments):
                if ["select", "any", "all"].contains(name), let last = arguments.last { rest.append(last) }
            default: break
            }
        }
        return nil
    }
}

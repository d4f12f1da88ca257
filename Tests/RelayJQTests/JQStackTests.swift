import Glibc
import RelayJQ
import RelayJSON
import Testing

/// The threads of the relay have stacks of 512 KiB.
@Suite struct JQStackTests {
    private final class Outcome {
        var results: [String] = []
        let body: () -> [String]
        init(_ body: @escaping () -> [String]) { self.body = body }
    }

    private func onSmallStack(_ body: @escaping () -> [String]) -> [String] {
        let outcome = Outcome(body)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        var thread = pthread_t()
        let started = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let outcome = Unmanaged<Outcome>.fromOpaque(argument).takeUnretainedValue()
                outcome.results = outcome.body()
                return nil
            }, Unmanaged.passUnretained(outcome).toOpaque())
        pthread_attr_destroy(&attributes)
        guard started == 0 else { return [] }
        pthread_join(thread, nil)
        return outcome.results
    }

    @Test(
        arguments: [
            ("def f: if . > 990 then . else . + 1 | f end; 0 | f", "991"),
            ("def f: if . > 480 then . else . + 1 | [{a: f}] | .[0].a end; 0 | f", "481"),
            ("def f(g): if . > 450 then g else . + 1 | f(g + 1) end; 0 | f(.)", "902"),
            ("def f: reduce 1 as $x (.; if . > 900 then . else . + 1 | f end); 0 | f", "901"),
            ("def f: . as [$a, {b: $c}] ?// $a | if $a > 900 then $a else $a + 1 | f end; 0 | f", "901"),
            ("def f: label $l | (if . > 450 then . else . + 1 | f, break $l end); 0 | f", "451"),
            ("def f: if . > 480 then . else \"\\(. + 1 | f)\" | tonumber end; 0 | f", "481"),
            (
                "reduce range(850) as $i ([]; [.]) | (. == .), (tojson | length), ([..] | length), ([paths] | length)",
                "true"
            ),
            ("reduce range(850) as $i ([]; [.]) | flatten, (contains([[[]]])), (walk(.) | length)", "[]"),
            ("reduce range(850) as $i ({}; {a: .}) | (. * .), ([leaf_paths] | length), (tostream | length)", nil),
            ("reduce range(850) as $i ([]; [.]) | (.. |= .) | length", "1"),
            ("reduce range(850) as $i ([]; [.]) | [., .] | unique | length", "1"),
            ("[range(800) | 0] as $p | null | setpath($p; 1) | delpaths([$p]) | getpath($p)", "null"),
            ("[recurse(if . < 900 then . + 1, empty else empty end)] | length", nil),
        ] as [(String, String?)])
    func isSafeOnSmallStacks(source: String, first: String?) throws {
        let program = try JQProgram(source)
        var budget = JQBudget()
        budget.time = .seconds(30)
        let fixed = budget
        let results = onSmallStack {
            do throws(JQError) {
                // The text of a deep value is not written here, because that takes a large stack too.
                return try program.evaluate(0, budget: fixed).map {
                    $0.array == nil && $0.object == nil ? $0.text : "[]"
                }
            } catch {
                return [error.message]
            }
        }
        #expect(!results.isEmpty)
        if let first { #expect(results.first == first) }
    }

    @Test func compilesDeepExpressionsOnSmallStacks() {
        let results = onSmallStack {
            [("(", ")"), ("[", "]"), ("{a:", "}"), ("\"\\(", ")\""), ("if ", " then . end"), (".[", "]"), ("-", "")].map
            { (open, close) in
                let source = String(repeating: open, count: 45) + "1" + String(repeating: close, count: 45)
                guard let program = try? JQProgram(source) else { return "refused \(source)" }
                _ = try? program.evaluate(nil)
                let deep = String(repeating: open, count: 180) + "1" + String(repeating: close, count: 180)
                if let program = try? JQProgram(deep) { _ = try? program.evaluate(nil) }
                return "done"
            }
        }
        #expect(results.allSatisfy { $0 == "done" } && results.count == 7, "\(results)")
    }
}

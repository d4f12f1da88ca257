internal import RelayCore
internal import RelayJSON

/// The options of a retry policy as written; missing options are inherited from the policy that it extends.
struct RetryPolicyOptions: Sendable {
    /// A limit that a policy can remove by setting it to `none`.
    enum Limit: Sendable {
        case none
        case after(Duration)
    }

    struct Backoff: Sendable {
        var initialInterval: Duration?
        var maxInterval: Duration?
        var multiplier: Double?
        var jitter: RetryPolicy.Jitter?
    }

    static let extends = OptionField.string(
        "extends", "The policy that provides the other options; default \"default\"."
    )
    .optional
    static let maxAttempts = OptionField.int("max_attempts", "Attempts in all, the first included.", 1...1000).optional
    static let backoff = OptionField<Backoff>.section(
        "backoff",
        "The waits between attempts.",
        fields: [
            AnyOptionField(initialInterval), AnyOptionField(maxInterval), AnyOptionField(multiplier),
            AnyOptionField(jitter),
        ]
    ) { options in
        Backoff(
            initialInterval: try options(initialInterval),
            maxInterval: try options(maxInterval),
            multiplier: try options(multiplier),
            jitter: try options(jitter)
        )
    }.optional
    static let initialInterval = OptionField.duration("initial_interval", "The wait after the first attempt.").optional
    static let maxInterval = OptionField.duration("max_interval", "The longest wait.").optional
    static let multiplier = OptionField.number(
        "multiplier",
        "The factor from one wait to the next.",
        1...10
    ).optional
    static let jitter = OptionField.enumeration(
        "jitter",
        "How waits are randomised: none, full (from zero to the wait), equal (from half of it).",
        of: RetryPolicy.Jitter.self
    ).optional
    static let maxElapsedTime = OptionField<Limit>(
        "max_elapsed_time",
        "No attempt starts later than this after the first was due; none: no limit.",
        .limit
    ).optional
    static let retryOn = OptionField<[RetryPolicy.RetryableFailure]>.list(
        "retry_on",
        "The failures after which a delivery is tried again; any other makes a dead letter at once.",
        of: .retryCondition
    ).optional
    static let respectRetryAfter = OptionField.bool("respect_retry_after", "Whether Retry-After lengthens a wait.")
        .optional

    static let fields = [
        AnyOptionField(extends), AnyOptionField(maxAttempts), AnyOptionField(backoff), AnyOptionField(maxElapsedTime),
        AnyOptionField(retryOn),
        AnyOptionField(respectRetryAfter),
    ]

    let options: OptionReader
    /// The name of the policy that provides the missing options.
    let parent: String?

    init(_ node: ConfigNode, title: String) throws {
        options = try OptionReader.read(node, as: title, fields: Self.fields)
        parent = try options(Self.extends)
    }

    func policy(on base: RetryPolicy) throws -> RetryPolicy {
        var policy = base
        policy.maxAttempts = try options(Self.maxAttempts) ?? base.maxAttempts
        let backoff = try options(Self.backoff)
        policy.initialInterval = backoff?.initialInterval ?? base.initialInterval
        policy.maxInterval = backoff?.maxInterval ?? base.maxInterval
        policy.multiplier = backoff?.multiplier ?? base.multiplier
        policy.jitter = backoff?.jitter ?? base.jitter
        switch try options(Self.maxElapsedTime) {
        case .after(let duration)?: policy.maxElapsedTime = duration
        case Limit.none?: policy.maxElapsedTime = nil
        case nil: break
        }
        policy.retryOn = try options(Self.retryOn).map(Set.init) ?? base.retryOn
        policy.respectRetryAfter = try options(Self.respectRetryAfter) ?? base.respectRetryAfter
        guard policy.initialInterval <= policy.maxInterval else {
            let initial = QuantitySyntax.durationText(policy.initialInterval)
            let maximum = QuantitySyntax.durationText(policy.maxInterval)
            throw options.fail(
                Self.backoff,
                "initial_interval (\(initial)) is longer than max_interval (\(maximum))",
                help: backoff?.maxInterval == nil ? "set max_interval as well" : nil
            )
        }
        return policy
    }
}

extension OptionValueType where Value == RetryPolicyOptions.Limit {
    fileprivate static var limit: OptionValueType {
        let duration = OptionValueType<Duration>.duration()
        let name = duration.name + ", or none"
        return OptionValueType(
            name,
            .either([.words(["none"]), duration.shape]),
            show: { _ in .null },
            showNode: { $0.json },
            parse: { try $0.text(expected: name) == "none" ? .none : .after(duration.parse($0)) }
        )
    }
}

extension OptionValueType where Value == RetryPolicy.RetryableFailure {
    static var retryCondition: OptionValueType {
        let name = "network, timeout, a status such as 429, or a class such as 5xx"
        let shape = OptionValueSchema.either([.int(100...599), .text(pattern: "^(network|timeout|[13-5][0-9xX]{2})$")])
        return OptionValueType(name, shape, show: { .string($0.text) }) { node in
            let text = try node.text(expected: name)
            guard let condition = RetryPolicy.RetryableFailure(text: text) else {
                let known = ["network", "timeout", "3xx", "4xx", "5xx"]
                let nearest = SpellingSuggestion.nearest(to: text, among: known)
                throw node.issues(
                    "\"\(node.label)\" cannot have \(node.shown)",
                    help: nearest.map { "did you mean \"\($0)\"?" } ?? "write \(name)"
                )
            }
            if case .status(200...299) = condition { throw success(node) }
            if case .statusClass(2) = condition { throw success(node) }
            return condition
        }
    }

    private static func success(_ node: ConfigNode) -> ValueIssuesError {
        node.issues("\"\(node.label)\" cannot have \(node.shown): 2xx is a delivery", help: "remove it")
    }
}

extension RetryPolicy.RetryableFailure {
    init?(text: String) {
        switch text {
        case "network": self = .network
        case "timeout": self = .timeout
        default:
            if text.utf8.count == 3, text.lowercased().hasSuffix("xx"), let digit = Int(text.prefix(1)),
                (1...5).contains(digit)
            {
                self = .statusClass(digit)
            } else if QuantitySyntax.isDigits(text), let status = Int(text), (100...599).contains(status) {
                self = .status(status)
            } else {
                return nil
            }
        }
    }

    var text: String {
        switch self {
        case .network: "network"
        case .timeout: "timeout"
        case .status(let status): String(status)
        case .statusClass(let digit): "\(digit)xx"
        }
    }
}

extension RetryPolicy {
    /// The policy with all its options in configuration syntax.
    var shown: JSONObject {
        [
            "max_attempts": .int(Int64(maxAttempts)),
            "backoff": [
                "initial_interval": .string(initialInterval.written),
                "max_interval": .string(maxInterval.written),
                "multiplier": JSON(multiplier),
                "jitter": .string(jitter.rawValue),
            ],
            "max_elapsed_time": .string(maxElapsedTime?.written ?? "none"),
            "retry_on": .array(retryOn.map(\.text).sorted().map { .string($0) }),
            "respect_retry_after": .bool(respectRetryAfter),
        ]
    }
}

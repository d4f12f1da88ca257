/// The kind of a ``Diagnostic``: an identifier that stays the same when the message is reworded.
package enum DiagnosticCode: String, Sendable, Hashable, CaseIterable {
    // Files and the environment.
    case environmentValue = "environment-value"
    case unreadableFile = "unreadable-file"
    case unreadFile = "unread-file"
    case fileName = "file-name"
    case noPipeline = "no-pipeline"
    case noConfiguration = "no-configuration"

    // YAML.
    case syntax
    case unquotedBraces = "unquoted-braces"
    case duplicateOption = "duplicate-option"
    case tooLarge = "too-large"

    // Options and their values.
    case unknownOption = "unknown-option"
    case missingOption = "missing-option"
    case misplacedOption = "misplaced-option"
    case conflictingOptions = "conflicting-options"
    case invalidValue = "invalid-value"
    case emptyValue = "empty-value"
    case missingUnit = "missing-unit"
    case invalidName = "invalid-name"
    case duplicateName = "duplicate-name"
    case unknownWord = "unknown-word"
    case invalidAddress = "invalid-address"
    case refusedAddress = "refused-address"
    case unsentFragment = "unsent-fragment"
    case invalidHeader = "invalid-header"
    case invalidExpression = "invalid-expression"
    case invalidTemplate = "invalid-template"
    case unsetVariable = "unset-variable"
    case invalidReference = "invalid-reference"

    // References.
    case unknownStage = "unknown-stage"
    case unknownSource = "unknown-source"
    case unknownDestination = "unknown-destination"
    case unknownFragment = "unknown-fragment"
    case unknownRetryPolicy = "unknown-retry-policy"
    case unknownPipeline = "unknown-pipeline"
    case unknownEvent = "unknown-event"
    case unknownMessageType = "unknown-message-type"
    case circle

    // Building pipelines.
    case emptyStage = "empty-stage"
    case tooManyStages = "too-many-stages"
    case invalidCase = "invalid-case"

    // Configurations that can be used, but probably do not do what was intended.
    case unusedSource = "unused-source"
    case unusedDestination = "unused-destination"
    case unusedFragment = "unused-fragment"
    case unusedRetryPolicy = "unused-retry-policy"
    case needlessTimeout = "needless-timeout"
    case unkept
    case lateKeep = "late-keep"
    case deliversNothing = "delivers-nothing"
    case afterDeliver = "after-deliver"
    case neverTrue = "never-true"
    case dropsEverything = "drops-everything"
    case unreachable
    case unwanted
    case withoutDocument = "without-document"
    case deliveredTwice = "delivered-twice"
    case signsNothing = "signs-nothing"
    case unsigned
    case openSource = "open-source"
    case unsharedMedia = "unshared-media"

    // Markdown.
    case unknownBlock = "unknown-block"

    /// A description of the kind for display: one sentence.
    package var summary: String {
        switch self {
        case .environmentValue: "An environment variable of the relay has a value that cannot be used."
        case .unreadableFile: "A file or a folder is missing, or cannot be read."
        case .unreadFile: "A file ends with .yml; only .yaml is read."
        case .fileName: "A file's name names the pipeline or fragment in it, and cannot."
        case .noPipeline: "There is no pipeline, so nothing would happen to events."
        case .noConfiguration: "The file is no map of options."
        case .syntax: "The file is no YAML document."
        case .unquotedBraces: "A value with { or } stands inside { } without quotes."
        case .duplicateOption: "An option is in the same map twice."
        case .tooLarge: "There is more in the file than anybody writes by hand."
        case .unknownOption: "There is no option of that name."
        case .missingOption: "An option is missing without which nothing works."
        case .misplacedOption: "An option or a stage stands one level too high or too low."
        case .conflictingOptions: "Two options or two things exclude each other."
        case .invalidValue: "A value is not what its option takes."
        case .emptyValue: "An option has no value."
        case .missingUnit: "A number stands where a number and a unit belong."
        case .invalidName: "A name has letters that names do not have, or is taken by the relay."
        case .duplicateName: "A name stands where it was already."
        case .unknownWord: "A value is none of the words that there are."
        case .invalidAddress: "A URL or an IP address cannot be used."
        case .refusedAddress: "The egress guard denies the URL."
        case .unsentFragment: "A URL has a fragment, which is never sent."
        case .invalidHeader: "A header's name or value cannot be sent, or is the relay's own."
        case .invalidExpression: "A jq expression does not compile."
        case .invalidTemplate: "A text with placeholders cannot be filled in."
        case .unsetVariable: "An environment variable is not set, and there is no default."
        case .invalidReference: "A ${…} cannot be read, or its file cannot."
        case .unknownStage: "There is no stage of that name."
        case .unknownSource: "There is no source of that name in config.yaml."
        case .unknownDestination: "There is no destination of that name in config.yaml."
        case .unknownFragment: "There is no fragment of that name."
        case .unknownRetryPolicy: "There is no retry policy of that name."
        case .unknownPipeline: "There is no pipeline of that name."
        case .unknownEvent: "No event has that type."
        case .unknownMessageType: "No message of a gateway has that type."
        case .circle: "Things refer to each other in a circle."
        case .emptyStage: "A stage, or a list of them, is empty or has no kind."
        case .tooManyStages: "A pipeline has more stages than it may, or too deep in each other."
        case .invalidCase: "A switch or one of its cases is not built as it must be."
        case .unusedSource: "No pipeline takes the source's events."
        case .unusedDestination: "No pipeline delivers to the destination."
        case .unusedFragment: "No pipeline uses the fragment."
        case .unusedRetryPolicy: "Nothing uses the retry policy, and no webhook could."
        case .needlessTimeout: "A stage that waits for nothing has a timeout."
        case .unkept: "Something is delivered that is in no history."
        case .lateKeep: "The history has what a transform made, not what the gateway sent."
        case .deliversNothing: "A pipeline has no deliver stage."
        case .afterDeliver: "A stage comes after the last deliver, where nothing of it is seen."
        case .neverTrue: "A condition is true of no event that comes to it."
        case .dropsEverything: "A filter lets no event pass."
        case .unreachable: "A stage or a case comes after everything has ended."
        case .withoutDocument: "A destination takes documents, and no source that comes there keeps them."
        case .unwanted: "A destination gets none of the events that come there, by its own events option."
        case .deliveredTwice: "A destination gets the same event twice."
        case .signsNothing: "A signature is chosen, and nothing is delivered after it."
        case .unsigned: "A destination has a secret, and nothing signs what goes there."
        case .openSource: "A source takes orders from everybody who can reach it."
        case .unsharedMedia: "Several nodes can share the store, and each keeps media files of its own."
        case .unknownBlock: "A YAML block of a Markdown file cannot be told for what it is."
        }
    }
}

// swift-tools-version: 6.2

// libFuzzer targets for the parser and the evaluator of expressions. Run with `make fuzz`.

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let instrumented = settings + [.unsafeFlags(["-sanitize=fuzzer"])]

func fuzzer(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["CFuzzer", "RelayJQ", "RelayJSON"],
        swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
    )
}

let package = Package(
    name: "fuzz",
    targets: [
        .target(name: "CFuzzer"),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CSimdjson", cxxSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "RelayJSON", dependencies: ["CSimdjson"], swiftSettings: settings),
        .target(name: "RelayJQ", dependencies: ["CRE2", "RelayJSON"], swiftSettings: instrumented),
        fuzzer("FuzzParser"),
        fuzzer("FuzzEvaluator"),
    ],
    cxxLanguageStandard: .cxx17
)

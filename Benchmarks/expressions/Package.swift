// swift-tools-version: 6.2

// The speed of the relay's evaluator of jq next to libjq 1.6, through the binding that the relay had before (LibJQ).
// Needs libjq-dev. Run with Benchmarks/expressions/run.sh.

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "expressions",
    targets: [
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CSimdjson", cxxSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("simdjson")]),
        .systemLibrary(name: "CJQ"),
        .target(name: "RelayJSON", dependencies: ["CSimdjson"], swiftSettings: settings),
        .target(name: "RelayJQ", dependencies: ["CRE2", "RelayJSON"], swiftSettings: settings),
        .target(name: "LibJQ", dependencies: ["CJQ", "RelayJSON"], swiftSettings: settings),
        .executableTarget(name: "compare", dependencies: ["LibJQ", "RelayJQ", "RelayJSON"], swiftSettings: settings),
    ],
    cxxLanguageStandard: .cxx17
)

// swift-tools-version: 6.2

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
]

/// The products of the dependencies.
extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let deques = product(name: "DequeModule", package: "swift-collections")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let logging = product(name: "Logging", package: "swift-log")
    static let mustache = product(name: "Mustache", package: "swift-mustache")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams = product(name: "Yams", package: "Yams")
}

/// A library target, in `Sources/NAME`.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// The test target of a library target, in `Tests/NAMETests`.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        resources: resources,
        swiftSettings: swiftSettings
    )
}

let package = Package(
    name: "zaphub-relay",
    products: [.executable(name: "zaphub", targets: ["zaphub"])],
    // Traits are disabled: their features (swift-configuration, Foundation extensions) are unused and slow down builds.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Foundations: JSON, events, deliveries, policies, configuration, and the protocols between targets.
        library("RelayJSON", ["CSimdjson"]),
        library("RelayCore", ["CIDN", "RelayJSON"]),
        library("RelayJQ", ["CRE2", "RelayJSON"]),
        library("RelayConfig", ["RelayCore", "RelayJQ", "RelayJSON", .yams]),

        // The processing of events, in the order of the data flow.
        library("RelaySources", ["RelayConfig", "RelayCore", "RelayCrypto", "RelayJSON", .lifecycle, .logging]),
        library("RelayFormats", ["RelayCore", "RelayJSON"]),
        library("RelayStages", ["RelayCore", "RelayConfig", "RelayJQ", "RelayJSON"]),
        library(
            "RelayPipeline",
            ["RelayConfig", "RelayCore", "RelayJQ", "RelayJSON", .deques, .lifecycle, .logging]
        ),
        library("RelayDelivery", ["RelayCore", .lifecycle, .logging]),
        library("RelayChatwoot", ["RelayConfig", "RelayCore", "RelayCrypto", "RelayHTTPClient", "RelayJSON"]),
        library(
            "RelayDestinations",
            [
                "RelayChatwoot", "RelayCore", "RelayConfig", "RelayCrypto", "RelayHTTPClient", "RelayJSON", .logging,
                .mustache,
            ]
        ),

        // Adapters to external systems and libraries.
        library("RelayCrypto", ["CCrypto", "RelayCore"]),
        library("RelayHTTPClient", ["CCurl", "RelayCore", .lifecycle, .logging]),
        library(
            "RelayMedia",
            ["RelayCore", "RelayCrypto", "RelayHTTPClient", "RelayJSON", .lifecycle, .logging]
        ),
        library("RelayDirectory", ["RelayCore", "RelayHTTPClient", .logging]),
        // What the stores have in common, and one adapter for each database.
        library("RelaySQL", ["RelayCore", "RelayCrypto", "RelayJSON", .deques, .logging]),
        library("RelayPostgres", ["CPostgres", "RelayCore", "RelayJSON", "RelaySQL", .deques, .logging]),
        library("RelaySQLite", ["CSQLite", "RelayCore", "RelayJSON", "RelaySQL", .grdb, .grdbSQLite, .logging]),

        // Documentation, schemas, graphs and explanations generated from a configuration.
        library("RelayReference", ["RelayConfig", "RelayCore", "RelayJQ", "RelayJSON"]),

        // The HTTP API, and the targets that combine all libraries above.
        library(
            "RelayAPI",
            [
                "RelayConfig", "RelayCore", "RelayCrypto", "RelayJQ", "RelayJSON", "RelaySources", .httpTypes,
                .hummingbird, .hummingbirdCore, .lifecycle, .logging, .nioCore, .nioHTTP1,
            ]
        ),
        library(
            "Relay",
            [
                "RelayAPI", "RelayConfig", "RelayCore", "RelayDelivery", "RelayDestinations", "RelayDirectory",
                "RelayFormats", "RelayHTTPClient", "RelayJSON", "RelayMedia", "RelayPipeline", "RelayPostgres",
                "RelaySQL",
                "RelaySQLite", "RelaySources", "RelayStages", "RelayTestRunner",
                .hummingbird, .hummingbirdCore, .lifecycle, .logging, .nioCore, .unixSignals,
            ]
        ),
        library(
            "RelayTestRunner",
            [
                "RelayConfig", "RelayCore", "RelayDelivery", "RelayDestinations", "RelayDirectory", "RelayFormats",
                "RelayHTTPClient", "RelayJQ", "RelayJSON", "RelayMedia", "RelayPipeline", "RelaySources", .deques,
                .logging,
            ]
        ),
        .executableTarget(
            name: "zaphub",
            dependencies: [
                "Relay", "RelayConfig", "RelayCore", "RelayDestinations", "RelayHTTPClient", "RelayJQ",
                "RelayJSON", "RelayMedia", "RelayReference", "RelaySQL", "RelaySources", "RelayTestRunner",
                .argumentParser, .httpTypes, .hummingbird, .logging, .nioCore,
            ],
            swiftSettings: swiftSettings
        ),

        // Bindings of C and C++ libraries, each imported by exactly one target.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CIDN", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CSimdjson", cxxSettings: [.unsafeFlags(["-O3"])], linkerSettings: [.linkedLibrary("simdjson")]),

        // Tests, and the library that they share.
        library("RelayTesting", ["RelayCore", "RelayCrypto", "RelayJSON"]),
        tests(
            "RelayTesting",
            ["RelayCore", "RelayCrypto", "RelayHTTPClient", "RelayJSON", .logging],
            resources: [.copy("Chatwoot")]
        ),
        // The relay with a stage that ends its process, for `PoisonEventFlowTests`.
        .executableTarget(
            name: "CrashingRelay",
            dependencies: ["Relay", "RelayConfig", "RelayCore", "RelayJSON", "RelayPostgres", .logging],
            path: "Tests/CrashingRelay",
            swiftSettings: swiftSettings
        ),
        tests("RelayJSON", ["RelayTesting"]),
        tests("RelayCore", ["RelayJSON", "RelayTesting"]),
        tests("RelayCrypto", ["RelayCore"]),
        tests(
            "RelayConfig",
            [
                "Relay", "RelayCore", "RelayFormats", "RelayJQ", "RelayJSON", "RelaySources", "RelayTestRunner",
                "zaphub",
            ],
            resources: [.copy("Golden")]),
        tests("RelayJQ", ["RelayJSON"]),
        tests("RelaySources", ["RelayCore", "RelayFormats", "RelayJSON", "RelayTesting", .logging]),
        tests(
            "RelayFormats", ["RelayConfig", "RelayCore", "RelayJSON", "RelayStages", "RelayTesting"],
            resources: [.copy("ContentCases"), .copy("Corpus"), .copy("EventDocuments")]),
        tests("RelayStages", ["RelayConfig", "RelayCore", "RelayJSON", "RelayTesting"]),
        tests(
            "RelayPipeline",
            [
                "RelayConfig", "RelayCore", "RelayDirectory", "RelayHTTPClient", "RelayJQ", "RelayJSON", "RelaySQL",
                "RelaySQLite", "RelayStages", "RelayTesting", .lifecycle, .logging,
            ]
        ),
        tests(
            "RelayDelivery",
            ["RelayCore", "RelayJSON", "RelaySQL", "RelaySQLite", "RelayTesting", .lifecycle, .logging]),
        tests(
            "RelayDestinations",
            [
                "RelayChatwoot", "RelayConfig", "RelayCore", "RelayHTTPClient", "RelayJSON", "RelayStages",
                "RelayTesting", .logging,
            ]
        ),
        tests(
            "RelayChatwoot",
            [
                "RelayConfig", "RelayCore", "RelayDelivery", "RelayFormats", "RelayHTTPClient", "RelayJSON",
                "RelayMedia", "RelaySQL", "RelaySQLite", "RelayTesting", .lifecycle, .logging,
            ],
            resources: [.copy("Golden")]
        ),
        tests("RelayHTTPClient", ["RelayTesting", .lifecycle, .logging]),
        tests(
            "RelayMedia",
            ["RelayCore", "RelayCrypto", "RelayHTTPClient", "RelayJSON", "RelayTesting", .logging],
            resources: [.copy("Vectors")]
        ),
        tests("RelayDirectory", ["RelayCore", "RelayHTTPClient", "RelayTesting", .logging]),
        tests("RelaySQL", ["RelayCore", "RelayJSON", "RelayTesting"]),
        tests(
            "RelaySQLite", ["RelayCore", "RelayJSON", "RelaySQL", "RelayTesting", .grdb, .grdbSQLite, .logging],
            resources: [.copy("Fixtures")]),
        tests("RelayPostgres", ["RelayCore", "RelayJSON", "RelaySQL", "RelaySQLite", "RelayTesting", .logging]),
        tests(
            "RelayReference",
            [
                "Relay", "RelayConfig", "RelayCore", "RelayDestinations", "RelayFormats", "RelayJQ", "RelayJSON",
                "RelaySources", "RelayStages", "RelayTesting", "RelayTestRunner",
            ],
            resources: [.copy("Golden")]
        ),
        tests(
            "RelayTestRunner",
            ["RelayConfig", "RelayCore", "RelayDestinations", "RelayFormats", "RelaySources", "RelayStages"]
        ),
        tests(
            "RelayAPI",
            [
                "RelayConfig", "RelayCore", "RelayDestinations", "RelayHTTPClient", "RelayJQ", "RelayJSON",
                "RelaySources", "RelayTesting", .httpTypes, .hummingbird, .hummingbirdCore, .lifecycle, .logging,
                .nioCore, .nioEmbedded, .nioHTTP1,
            ]
        ),
        tests(
            "Relay",
            [
                "RelayConfig", "RelayCore", "RelayCrypto", "RelayDelivery", "RelayDestinations", "RelayHTTPClient",
                "RelayJSON",
                "CrashingRelay", "RelayPipeline", "RelaySQL", "RelaySQLite", "RelayTesting", "zaphub", .lifecycle,
                .logging,
            ]
        ),
    ],
    cxxLanguageStandard: .cxx17
)

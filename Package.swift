// swift-tools-version: 6.2
import PackageDescription

/// The one array of settings every Swift target of the package uses.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "NodeLab",
  products: [
    .executable(name: "nodelab", targets: ["nodelab"])
  ],
  targets: [
    // Bytes as Go's standard library writes and reads them. Imports nothing.
    .target(name: "GoWire", swiftSettings: settings),

    // The vocabulary both roles share.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "NodeProtocol", dependencies: ["GoWire", "CCrypto"], swiftSettings: settings),

    // The node itself; reaches the outside only through the five doors in `World/`.
    .target(name: "ReferenceNode", dependencies: ["NodeProtocol"], swiftSettings: settings),

    // One thread runs a node: the executor hook under both worlds.
    .target(name: "CNodeLoop"),
    .target(name: "NodeLoop", dependencies: ["CNodeLoop"], swiftSettings: settings),

    // The virtual world.
    .systemLibrary(name: "CYaml", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(
      name: "Simulator", dependencies: ["ReferenceNode", "NodeLoop", "CYaml", "CCrypto"], swiftSettings: settings),

    // The real world.
    .systemLibrary(
      name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CPosix"),
    .target(
      name: "LiveWorld", dependencies: ["ReferenceNode", "NodeLoop", "CCrypto", "CPosix", "CMicrohttpd", "CCurl"],
      swiftSettings: settings),

    .systemLibrary(name: "CTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "ConformanceSuite",
      dependencies: [
        "GoWire", "NodeProtocol", "NodeLoop", "ReferenceNode", "Simulator", "LiveWorld", "CCrypto", "CTLS",
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "nodelab", dependencies: ["ConformanceSuite", "LiveWorld", "ReferenceNode", "Simulator"],
      swiftSettings: settings),

    // Ratios measured in one run; never part of the tests.
    .executableTarget(
      name: "slave-benchmark", dependencies: ["GoWire", "NodeProtocol"], path: "Benchmarks/SlaveBenchmark",
      swiftSettings: settings),

    // A slave under mixed load for as long as one likes: see Scripts/soak.
    .executableTarget(
      name: "soak-load", dependencies: ["GoWire", "NodeProtocol"], path: "Benchmarks/SoakLoad", swiftSettings: settings),

    // What a virtual request to a slave costs.
    .executableTarget(
      name: "network-benchmark", dependencies: ["GoWire", "NodeProtocol", "ReferenceNode", "Simulator"],
      path: "Benchmarks/NetworkBenchmark", swiftSettings: settings),

    // What virtual time costs, beside Go's: Scripts/bench kernel.
    .executableTarget(
      name: "kernel-benchmark", dependencies: ["GoWire", "NodeProtocol", "ReferenceNode", "Simulator"],
      path: "Benchmarks/KernelBenchmark", swiftSettings: settings),

    // Go's standard library as the judge of GoWire and of signatures: see Scripts/differential.
    .executableTarget(name: "differential", dependencies: ["GoWire", "NodeProtocol"], swiftSettings: settings),

    .testTarget(
      name: "DifferentialTests", dependencies: ["differential", "TestSupport", "GoWire"], swiftSettings: settings),
    .testTarget(name: "GoWireTests", dependencies: ["GoWire", "ConformanceSuite"], swiftSettings: settings),
    .testTarget(name: "SimulatorTests", dependencies: ["Simulator", "NodeLoop"], swiftSettings: settings),
    .testTarget(
      name: "ScenarioTests",
      dependencies: ["Simulator", "ConformanceSuite", "ReferenceNode", "NodeProtocol", "GoWire", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "NodeProtocolTests", dependencies: ["NodeProtocol", "GoWire", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ReportTests", dependencies: ["ConformanceSuite", "Simulator", "ReferenceNode", "GoWire"],
      swiftSettings: settings),
    .testTarget(
      name: "WorldParityTests", dependencies: ["Simulator", "LiveWorld", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "NodeLoopTests", dependencies: ["NodeLoop"], swiftSettings: settings),
    .testTarget(
      name: "ReferenceNodeTests", dependencies: ["ReferenceNode", "Simulator", "TestSupport"], swiftSettings: settings),

    // What tests share: the checkout, folders of their own, programs as users run them.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
      name: "ConformanceTests",
      dependencies: ["ConformanceSuite", "GoWire", "NodeProtocol", "ReferenceNode", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "RepositoryTests", dependencies: ["TestSupport", "nodelab"], swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["TestSupport", "nodelab", "ConformanceSuite", "LiveWorld", "ReferenceNode"],
      swiftSettings: settings),
    // Bad input, crashes and fuzzing against the program as users run it.
    .testTarget(
      name: "HostileTests",
      dependencies: ["TestSupport", "nodelab", "GoWire", "NodeProtocol", "ReferenceNode", "Simulator"],
      swiftSettings: settings),
    .testTarget(
      name: "LiveWorldTests", dependencies: ["LiveWorld", "ReferenceNode", "NodeLoop"], swiftSettings: settings),
  ]
)

// NODELAB_ONLY_TESTS=GoWireTests,SimulatorTests builds these test targets alone: `swift test` links all of them otherwise.
if let only = Context.environment["NODELAB_ONLY_TESTS"] {
  let names = only.split(separator: ",").map(String.init)
  package.targets.removeAll { $0.type == .test && !names.contains($0.name) }
}

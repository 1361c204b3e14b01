// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A target of the program: every one is built with the same settings.
func step(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The suite of one target.
func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    swiftSettings: settings)
}

let package = Package(
  name: "treemend",
  products: [.executable(name: "treemend", targets: ["treemend"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // The system's libraries, and inline shims for what Swift cannot import.
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CLinux"),

    // Pure: no file, clock, environment, thread or randomness.
    // Digests and keyed hashes.
    step("Hashing", ["COpenSSL"]),
    // The nouns: paths, entries, versions, and their one encoding.
    step("Replica", ["Hashing"]),
    // Buckets, levels and the root digest.
    step("Merkle", ["Hashing", "Replica"]),
    // The chunks of large contents, and the tree over them.
    step("Chunks", ["Hashing", "Replica", "Merkle"]),
    // What a difference means, and what is to be done about it.
    step("Reconcile", ["Hashing", "Replica"]),
    // Frames and messages.
    step("Wire", ["Hashing", "Replica", "Chunks", "CZlib"]),
    // The comparison of two trees, of entries or of chunks, message by message.
    step("Exchange", ["Hashing", "Replica", "Merkle", "Chunks", "Wire"]),

    // Effects: each touches one part of the world.
    // System calls, and files and directories relative to a root.
    step("FileSystem", ["CLinux", "Hashing", "Replica", "Chunks"]),
    // The stored index, the lock, the identity.
    step("Index", ["CSQLite", "Hashing", "Replica", "Merkle", "Chunks", "FileSystem"]),
    // The walk, merged with what is remembered; hashing.
    step(
      "Scan",
      [
        "Hashing", "Replica", "Chunks", "FileSystem",
        .product(name: "DequeModule", package: "swift-collections"),
      ]),
    // Content on its way: read at the source, staged and verified at the destination.
    step("Transfer", ["Hashing", "Replica", "Chunks", "Wire", "FileSystem"]),
    // The tree changed, one precondition and one rename at a time.
    step("Apply", ["Hashing", "Replica", "FileSystem"]),
    // The far end's process, and frames over its pipes.
    step(
      "Transport",
      [
        "Wire", "FileSystem", .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // One run, from either end.
    step(
      "Session",
      [
        "Hashing", "Replica", "Merkle", "Chunks", "Reconcile", "Wire", "Exchange", "FileSystem",
        "Index", "Scan", "Transfer", "Apply", "Transport",
        .product(name: "DequeModule", package: "swift-collections"),
      ]),
    // The command.
    .executableTarget(
      name: "treemend",
      dependencies: [
        "Session", "Reconcile", "Replica", "Hashing", "FileSystem", "Scan",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Tests.
    .target(
      name: "TestSupport",
      dependencies: [
        "FileSystem", "Replica", "Hashing", "Merkle", "Chunks", "Wire", "Exchange",
      ],
      path: "Tests/TestSupport", swiftSettings: settings),
    // One suite a target, in the order of the story.
    suite("Hashing", []),
    suite("Replica", ["Hashing"]),
    suite("Merkle", ["Hashing", "Replica"]),
    suite("Chunks", ["Hashing", "Replica", "Merkle"]),
    suite("Reconcile", ["Hashing", "Replica"]),
    suite("Wire", ["Hashing", "Replica"]),
    suite("Exchange", ["Hashing", "Replica", "Merkle", "Chunks", "Wire"]),
    suite("FileSystem", ["Hashing", "Replica", "Chunks"]),
    suite("Index", ["Hashing", "Replica", "Merkle", "Chunks"]),
    suite("Scan", ["Hashing", "Replica", "Chunks", "FileSystem"]),
    suite("Transfer", ["Hashing", "Replica", "Chunks", "Wire", "Exchange", "FileSystem"]),
    suite("Apply", ["Hashing", "Replica", "FileSystem"]),
    suite(
      "Transport",
      ["Replica", "Wire", "FileSystem", .product(name: "SystemPackage", package: "swift-system")]),
    suite("Session", ["Replica", "FileSystem", "Index"]),
    .testTarget(
      name: "CommandTests", dependencies: ["treemend", "Session", "Replica", "Hashing", "Scan"],
      swiftSettings: settings),
    .testTarget(
      name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: settings),
    // Histories of many replicas in memory: the planner, the tree and the index under faults.
    .target(
      name: "Simulation",
      dependencies: [
        "TestSupport", "Replica", "Merkle", "Reconcile", "Wire", "Exchange", "FileSystem", "Index",
        "Hashing",
      ], path: "Tests/Simulation", swiftSettings: settings),
    .executableTarget(
      name: "simulate", dependencies: ["Simulation"], path: "Tests/Simulate",
      swiftSettings: settings),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation", "Replica"], swiftSettings: settings),
    // The built program, from outside.
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["TestSupport", "Wire", "Replica", "Hashing", "Chunks", "Index", "FileSystem"],
      swiftSettings: settings),
    // What the built program takes, beside other tools.
    .executableTarget(
      name: "bench",
      dependencies: [
        "TestSupport", "Hashing", "Replica", "Merkle", "Exchange", "FileSystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Benchmarks", swiftSettings: settings),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["bench", "TestSupport", "Replica", "Merkle", "FileSystem"],
      swiftSettings: settings),
    // The built program under faults of the system, the disk and the connection.
    .testTarget(
      name: "FaultTests", dependencies: ["TestSupport", "Hashing"], swiftSettings: settings),
  ]
)

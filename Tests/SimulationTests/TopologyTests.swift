import Reconcile
import Replica
import Testing

@testable import Simulation

/// Which replicas meet in a sweep, in order.
struct Topology: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let edges: [(Int, Int)]
  /// The most meetings between any two replicas.
  let diameter: Int

  static func all(_ count: Int) -> [Topology] {
    let line = (1..<count).map { ($0 - 1, $0) }
    return [
      Topology(testDescription: "line of \(count)", edges: line, diameter: count - 1),
      Topology(
        testDescription: "line of \(count), last first", edges: line.reversed(),
        diameter: count - 1),
      Topology(
        testDescription: "ring of \(count)", edges: line + [(count - 1, 0)], diameter: count / 2),
      Topology(
        testDescription: "star of \(count)", edges: (1..<count).map { (0, $0) }, diameter: 2),
    ]
  }
}

@Suite struct TopologyTests {
  /// Every replica has been edited in every way since all agreed.
  private static func world(_ count: Int) throws -> World {
    let world = try World(History(replicaCount: count, []))
    for path in [0, 2, 1] {
      try world.apply(
        path == 0 ? .makeDirectory(replica: 0, path: path) : .write(replica: 0, path: path, size: 1)
      )
    }
    for _ in 0..<2 {
      for (one, other) in Topology.all(count)[0].edges { _ = try world.meet(one, other) }
    }
    for replica in 0..<count {
      // All edit one file, each makes another, one deletes, one renames, one puts a file for a
      // directory.
      try world.apply(.write(replica: replica, path: 2, size: 1))
      try world.apply(.write(replica: replica, path: 3, size: 2))
    }
    try world.apply(.remove(replica: count - 1, path: 0))
    try world.apply(.rename(replica: 1, path: 1, to: 6))
    return world
  }

  @Test(arguments: Topology.all(3) + Topology.all(5))
  func `all come to the same within one sweep more than the diameter`(topology: Topology) throws {
    let count = (topology.edges.map { max($0.0, $0.1) }.max() ?? 0) + 1
    let world = try Self.world(count)
    for _ in 0...topology.diameter {
      for (one, other) in topology.edges { _ = try world.meet(one, other) }
    }
    let states = try world.replicas.map { try $0.recorded().map(\.entry) }
    #expect(Set(states).count == 1)
    #expect(Set(world.replicas.map { $0.tree.picture }).count == 1)
    let copies = world.replicas[0].tree.paths.filter {
      ConflictCopy.original(of: $0.name) != nil
    }
    // Of each of the two files every replica but the one that removed them has a version of its own,
    // and one of these keeps the name.
    #expect(copies.count == 2 * (count - 2))
    for (one, other) in topology.edges { #expect(try world.meet(one, other) == 0) }
  }

  @Test func `order does not matter`() throws {
    let pictures = try Topology.all(5).map { topology in
      let world = try Self.world(5)
      for _ in 0...topology.diameter {
        for (one, other) in topology.edges { _ = try world.meet(one, other) }
      }
      return world.replicas[0].tree.picture
    }
    #expect(Set(pictures).count == 1)
  }
}

extension World {
  /// Has two replicas meet in a run of both directions.
  func meet(_ one: Int, _ other: Int) throws -> Int {
    try sync(replicas[one], replicas[other], order: [.destination, .source], Faults())
  }
}

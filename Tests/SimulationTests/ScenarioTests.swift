import Reconcile
import Replica
import Testing

@testable import Simulation

/// What has hurt people, by name.
@Suite struct ScenarioTests {
  private static let a = History.paths[0]

  /// Replicas that all hold the file `a`.
  private static func world(_ count: Int) throws -> World {
    let world = try World(History(replicaCount: count, []))
    try world.apply(.write(replica: 0, path: 0, size: 1))
    for _ in 0..<2 { for other in 1..<count { _ = try world.meet(0, other) } }
    return world
  }

  @Test func `an edit beats a deletion made while its replica was away`() throws {
    let world = try Self.world(2)
    try world.apply(.remove(replica: 0, path: 0))
    try world.apply(.write(replica: 1, path: 0, size: 2))
    let edit = world.replicas[1].tree.nodes[Self.a]
    _ = try world.meet(0, 1)
    #expect(world.replicas[0].tree.nodes[Self.a]?.content == edit?.content)
    #expect(world.replicas[0].tree.nodes.count == 1)
  }

  @Test func `what two have deleted does not come back with a third after a year`() throws {
    let world = try Self.world(3)
    try world.apply(.remove(replica: 0, path: 0))
    _ = try world.meet(0, 1)
    try world.apply(.write(replica: 2, path: 1, size: 1))
    try world.apply(.year)
    _ = try world.meet(0, 1)
    _ = try world.meet(1, 2)
    _ = try world.meet(0, 1)
    for replica in world.replicas {
      #expect(replica.tree.paths == [History.paths[1]])
    }
  }

  @Test func `a tombstone goes when all have seen it, and not a day before`() throws {
    let world = try Self.world(3)
    try world.apply(.remove(replica: 0, path: 0))
    let count = { try world.replicas.map { try $0.recorded().count } }
    for _ in 0..<3 { for other in [1, 2] { _ = try world.meet(0, other) } }
    #expect(try count() == [1, 1, 1])
    for replica in world.replicas { replica.advance(by: 2 * 86_400 * 1_000_000_000) }
    for _ in 0..<2 { for other in [1, 2] { _ = try world.meet(0, other) } }
    #expect(try count() == [0, 0, 0])
  }

  @Test func `a tombstone waits for a replica that is away`() throws {
    let world = try Self.world(3)
    try world.apply(.remove(replica: 0, path: 0))
    for _ in 0..<3 {
      try world.apply(.jump(replica: 0, seconds: 40_000_000))
      try world.apply(.jump(replica: 1, seconds: 40_000_000))
      _ = try world.meet(0, 1)
      guard world.replicas[0].now < 1_700_000_000_000_000_000 + Knowledge.retention else { break }
      #expect(try world.replicas[0].recorded().count == 1)
    }
  }

  @Test func `a replica that was given up joins as a new one`() throws {
    let world = try Self.world(3)
    try world.apply(.remove(replica: 0, path: 0))
    let former = world.replicas[2].index.replica
    for _ in 0..<4 {
      for replica in [0, 1] { try world.apply(.jump(replica: replica, seconds: 40_000_000)) }
      _ = try world.meet(0, 1)
    }
    #expect(try world.replicas[0].recorded().isEmpty)
    try world.apply(.jump(replica: 2, seconds: 160_000_000))
    _ = try world.meet(0, 2)
    #expect(world.replicas[2].index.replica != former)
    #expect(world.replicas[0].tree.paths == [Self.a])
  }

  @Test func `a subtree that cannot be read stays as it is at both ends`() throws {
    let world = try World(History(replicaCount: 2, []))
    try world.apply(.makeDirectory(replica: 0, path: 0))
    try world.apply(.write(replica: 0, path: 2, size: 1))
    _ = try world.meet(0, 1)
    try world.apply(.toggleReadable(replica: 0, path: 0))
    try world.apply(.write(replica: 1, path: 2, size: 2))
    try world.apply(.write(replica: 1, path: 3, size: 2))
    try world.apply(.write(replica: 1, path: 1, size: 1))
    let before = world.replicas.map(\.tree.nodes)
    _ = try world.meet(0, 1)
    #expect(world.replicas[1].tree.nodes == before[1])
    #expect(world.replicas[0].tree.paths == History.paths[0...2].sorted())
  }
}

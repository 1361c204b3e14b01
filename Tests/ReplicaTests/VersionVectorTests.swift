import TestSupport
import Testing

@testable import Replica

@Suite struct VersionVectorTests {
  private static let replicas = [1, 7, .max].map(ReplicaID.init(rawValue:))

  /// All vectors of three replicas with counters to 2.
  private static let vectors: [VersionVector] = (0..<27).map { number in
    var vector = VersionVector()
    for (index, replica) in replicas.enumerated() {
      let value = number / [1, 3, 9][index] % 3
      for _ in 0..<value { vector = vector.raised(by: replica, in: 0) }
    }
    return vector
  }

  private static func values(_ vector: VersionVector) -> [UInt64] {
    replicas.map { vector[$0] }
  }

  @Test func `vectors are what their counters say`() throws {
    #expect(Set(Self.vectors).count == 27)
    for vector in Self.vectors {
      #expect(try VersionVector(counters: vector.counters, dots: vector.dots) == vector)
      #expect(vector.counters.map(\.replica) == Self.replicas.filter { vector[$0] > 0 })
      #expect(vector[ReplicaID(rawValue: 2)] == 0)
    }
  }

  @Test func `one vector dominates another by all counters`() {
    for left in Self.vectors {
      for right in Self.vectors {
        let pairs = Array(zip(Self.values(left), Self.values(right)))
        let isAtLeast = pairs.allSatisfy { $0 >= $1 }
        let isAtMost = pairs.allSatisfy { $0 <= $1 }
        let expected: VersionVector.Causality =
          isAtLeast ? (isAtMost ? .equal : .dominates) : (isAtMost ? .dominated : .concurrent)
        #expect(left.compared(with: right) == expected)
        #expect((left.counters == right.counters) == (expected == .equal))
      }
    }
  }

  @Test func `what dominates a dominating vector dominates`() {
    for first in Self.vectors {
      for second in Self.vectors where first.compared(with: second) == .dominates {
        for third in Self.vectors where second.compared(with: third) == .dominates {
          #expect(first.compared(with: third) == .dominates)
        }
      }
    }
  }

  @Test func `a join is the least vector that has seen both`() {
    let atLeast: Set<VersionVector.Causality> = [.equal, .dominates]
    for left in Self.vectors {
      #expect(left.joined(with: left) == left)
      for right in Self.vectors {
        let joined = left.joined(with: right)
        #expect(right.joined(with: left).counters == joined.counters)
        #expect(joined.dots == (left.counters.isEmpty ? right.dots : left.dots))
        #expect(left.merged(with: right).dots == right.merged(with: left).dots)
        #expect(left.merged(with: right).hasSeen(left))
        #expect(atLeast.contains(joined.compared(with: left)))
        #expect(atLeast.contains(joined.compared(with: right)))
        for bound in Self.vectors {
          if atLeast.contains(bound.compared(with: left)),
            atLeast.contains(bound.compared(with: right))
          {
            #expect(atLeast.contains(bound.compared(with: joined)))
          }
        }
      }
    }
  }

  @Test func `joins may be made in any grouping`() {
    for first in Self.vectors {
      for second in Self.vectors {
        for third in Self.vectors.prefix(9) {
          #expect(
            first.joined(with: second).joined(with: third)
              == first.joined(with: second.joined(with: third)))
        }
      }
    }
  }

  @Test func `a change dominates what it changes, by one counter`() {
    for vector in Self.vectors {
      for replica in Self.replicas {
        let raised = vector.raised(by: replica, in: 0)
        #expect(raised.compared(with: vector) == .dominates)
        #expect(raised[replica] == vector[replica] + 1)
        #expect(raised.dots == [VersionVector.Counter(replica: replica, value: raised[replica])])
        #expect(raised.hasSeen(vector))
        #expect(!vector.hasSeen(raised))
        #expect(vector.raised(by: replica, in: 9)[replica] == 9)
        for other in Self.replicas where other != replica {
          #expect(raised[other] == vector[other])
          #expect(raised.compared(with: vector.raised(by: other, in: 0)) == .concurrent)
        }
      }
    }
  }

  @Test func `a counter at its end stays there`() {
    let vector = VersionVector(Self.replicas[0], .max)
    #expect(vector.raised(by: Self.replicas[0], in: 0) == vector)
  }

  @Test(
    arguments: [
      [(1, 0)], [(1, 1), (1, 1)], [(2, 1), (1, 1)], [(1, 1), (2, 0)], [(1, 1), (3, 1), (2, 1)],
    ] as [[(UInt64, UInt64)]])
  func `counters in another form are refused`(counters: [(UInt64, UInt64)]) {
    #expect(throws: Malformed.vector) {
      try VersionVector(
        counters: counters.map {
          VersionVector.Counter(replica: ReplicaID(rawValue: $0.0), value: $0.1)
        }, dots: [VersionVector.Counter(replica: ReplicaID(rawValue: 1), value: 1)])
    }
  }

  @Test(arguments: [(1, 3), (2, 1), (1, 0)] as [(UInt64, UInt64)])
  func `a dot is one of the changes seen`(dot: (UInt64, UInt64)) {
    let one = VersionVector.Counter(replica: ReplicaID(rawValue: 1), value: 2)
    #expect(throws: Malformed.vector) {
      try VersionVector(
        counters: [one],
        dots: [VersionVector.Counter(replica: ReplicaID(rawValue: dot.0), value: dot.1)])
    }
  }

  @Test func `a vector names at most 1024 replicas`() throws {
    let counters = (0..<UInt64(1025)).map {
      VersionVector.Counter(replica: ReplicaID(rawValue: $0), value: 1)
    }
    #expect(
      try VersionVector(counters: Array(counters.dropLast()), dots: [counters[0]]).counters.count
        == 1024)
    #expect(throws: Malformed.vector) { try VersionVector(counters: counters, dots: [counters[0]]) }
  }

  @Test func `a vector that is full has room for one more change even so`() throws {
    let counters = (1...UInt64(VersionVector.maximumCount)).map {
      VersionVector.Counter(replica: ReplicaID(rawValue: $0), value: 2 * $0 + 1)
    }
    let full = try VersionVector(counters: counters, dots: counters)
    let own = ReplicaID(rawValue: .max)
    let raised = full.raised(by: own, in: 7)
    #expect(try VersionVector(counters: raised.counters, dots: raised.dots) == raised)
    #expect(raised[own] == 7)
    // What is forgotten makes a conflict at worst: it is not taken for seen.
    #expect(raised[counters[0].replica] == 0)
    #expect(raised.counterCount == VersionVector.maximumCount)
    #expect(full.compared(with: raised) == .concurrent)
    #expect(raised.raised(by: own, in: 8).compared(with: raised) == .dominates)
  }
}

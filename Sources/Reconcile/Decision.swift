package import Replica

/// What is to be done about one path at one end.
package enum Decision: Hashable, Sendable {
  /// The end has the same at the path, but remembers other versions: only its index changes.
  case record
  /// The end has nothing there.
  case create
  /// The end has something else there.
  case update
  /// The end has the same content with another mode or modification time.
  case metadata
  /// What the end has there goes.
  case delete

  /// What turns `before` into `after`; nil if they are the same.
  ///
  /// No initializer, which would be given copies of both.
  package static func turning(_ before: Entry?, into after: Entry) -> Decision? {
    guard let former = before?.attributes else {
      return after.attributes.isLive ? .create : .record
    }
    if former == after.attributes { return before?.vector == after.vector ? nil : .record }
    switch (former.isLive, after.attributes.isLive) {
    case (false, false): return .record
    case (false, true): return .create
    case (true, false): return .delete
    case (true, true):
      return former.hasSameContent(as: after.attributes) ? .metadata : .update
    }
  }
}

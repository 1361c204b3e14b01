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
  package init?(before: Entry?, after: Entry) {
    guard before != after else { return nil }
    let isThere = before?.attributes.isLive ?? false
    guard after.attributes.isLive else {
      self = isThere ? .delete : .record
      return
    }
    guard isThere, let before else {
      self = .create
      return
    }
    if before.attributes == after.attributes {
      self = .record
    } else {
      self = before.attributes.hasSameContent(as: after.attributes) ? .metadata : .update
    }
  }
}

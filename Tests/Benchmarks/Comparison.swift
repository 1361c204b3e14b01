/// The same change carried by several tools in turn.
struct Comparison {
  /// The trees that a comparison is about.
  enum Ground: Equatable {
    /// A source and what every tool has made of it: equal replicas.
    case replicas
    /// A source alone, a fifth as large.
    case copies
    /// The source of a few large files.
    case largeCopies
    /// Equal trees, a fifth as large, that no tool has seen.
    case strangers
    /// Equal replicas of a thousand files.
    case small
    /// Equal replicas of one large file: the image.
    case image
    /// The image alone.
    case imageCopies
    /// Equal replicas of an archive.
    case archive
    /// Equal replicas of a file ten times as large, of one block and holes.
    case repeated

    /// Whether the destinations are there from the beginning.
    var hasDestinations: Bool {
      switch self {
      case .copies, .largeCopies, .imageCopies: false
      case .replicas, .strangers, .small, .image, .archive, .repeated: true
      }
    }
  }

  let ground: Ground
  let tools: [Tool]
  /// Whether files are to go that the source has no more.
  var deletes = false
  /// Whether it is made sure after each run that the destination holds what the source does.
  var isVerified = false
  /// Whether each tool is cut in the middle, and has to try again.
  var isCut = false
  /// Changes the source, before all tools of a round, each of which is to carry the change.
  var change: (Site, _ round: Int) throws -> Void = { _, _ in }
  /// Sets up one tool's run.
  var prepare: (Site, Tool) throws -> Void = { _, _ in }
  /// Clears up after one tool's run.
  var cleanUp: (Site, Tool) throws -> Void = { _, _ in }
  /// Takes the change back at the source after a round, for the tools to do so, too.
  var undo: ((Site) throws -> Void)?
}

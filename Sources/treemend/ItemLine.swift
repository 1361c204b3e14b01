internal import Reconcile
internal import Replica
internal import Session

/// One change as a line for people.
struct ItemLine {
  let item: Item
  /// Whether an arrow says which of two replicas is changed.
  var isTwoWay = false

  /// The name alone, as `-v` prints it; `deleting NAME` for a deletion, and for a renaming
  /// `moving NAME => NAME`.
  var verbose: String {
    let verb =
      switch item.action {
      case .delete: "deleting "
      case .move: "moving "
      default: ""
      }
    return arrow + verb + name + "\n"
  }

  /// The name behind rsync's eleven columns, as `-i` prints it.
  func itemized(isPush: Bool, comparesContent: Bool) -> String {
    arrow + columns(isPush: isPush, comparesContent: comparesContent) + " " + name + "\n"
  }

  private var arrow: String {
    isTwoWay ? (item.side == .destination ? "-> " : "<- ") : ""
  }

  /// The name behind a mark that says which of two replicas has what, as `diff` prints it.
  var compared: String {
    let mark =
      switch item.action {
      case .copy, .mkdir, .link: "<"
      case .delete: ">"
      case .update: "!"
      case .metadata: "."
      case .move: "="
      }
    return "\(mark) \(name)\n"
  }

  /// rsync's columns `YXcstpoguax` (rsync(1), "--itemize-changes").
  func columns(isPush: Bool, comparesContent: Bool) -> String {
    guard item.action != .delete, let after = item.after else { return "*deleting  " }
    if item.action == .move { return "*moving    " }
    let kind =
      switch after.kind {
      case .directory: "d"
      case .link: "L"
      case .file, .tombstone: "f"
      }
    let former = item.before.flatMap { $0.kind == after.kind ? $0 : nil }
    let comes = former.map { !$0.hasSameContent(as: after) } ?? true
    let verb = !comes ? "." : after.kind == .file ? (isPush ? "<" : ">") : "c"
    guard let former else { return verb + kind + "+++++++++" }
    let isLink = after.kind == .link
    let size = !isLink && former.size != after.size
    let time = former.modified != after.modified
    // rsync compares content on request only; here it is always known, and told if nothing else is.
    let content = comes && (isLink || comparesContent || !(size || time))
    let changes = [
      content ? "c" : ".", size ? "s" : ".", time ? "t" : ".",
      former.mode != after.mode ? "p" : ".",
    ]
    return verb + kind + changes.joined() + "....."
  }

  /// The name as it is printed; a directory's ends with a slash.
  static func name(_ path: Path, _ attributes: Attributes?) -> String {
    Escape.text(path.slashed) + (attributes?.kind == .directory ? "/" : "")
  }

  private var name: String {
    let attributes = item.after?.isLive == true ? item.after : item.before
    let former = item.from.map { Self.name($0, attributes) + " => " } ?? ""
    return former + Self.name(item.path, attributes)
  }
}

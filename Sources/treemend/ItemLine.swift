internal import Replica
internal import Session

/// One change as a line for people.
struct ItemLine {
  let item: Item

  /// The name alone, as `-v` prints it; `deleting NAME` for a deletion.
  var verbose: String {
    (item.action == .delete ? "deleting " : "") + name + "\n"
  }

  /// The name behind rsync's eleven columns, as `-i` prints it.
  func itemized(isPush: Bool, comparesContent: Bool) -> String {
    columns(isPush: isPush, comparesContent: comparesContent) + " " + name + "\n"
  }

  /// The name behind a mark that says which of two replicas has what, as `diff` prints it.
  var compared: String {
    let mark =
      switch item.action {
      case .copy, .mkdir, .link: "<"
      case .delete: ">"
      case .update: "!"
      case .metadata: "."
      }
    return "\(mark) \(name)\n"
  }

  /// rsync's columns `YXcstpoguax` (rsync(1), "--itemize-changes").
  func columns(isPush: Bool, comparesContent: Bool) -> String {
    guard item.action != .delete, let after = item.after else { return "*deleting  " }
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
    Self.name(item.path, item.after?.isLive == true ? item.after : item.before)
  }
}

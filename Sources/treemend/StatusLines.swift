internal import Hashing
internal import Replica
internal import Session

/// What `status` prints.
struct StatusLines {
  let status: ReplicaStatus
  let quantity: Quantity

  /// The lines for people.
  var text: String {
    var table = Table()
    table.add("Replica", "\(status.replica)")
    table.add("State directory", Escape.text(status.stateDirectory))
    table.add("Content root", "\(status.contentRoot)")
    table.add("State root", "\(status.stateRoot)")
    table.add("Entries", quantity.text(status.liveCount))
    table.add("Deletions remembered", quantity.text(status.tombstoneCount))
    table.add("Content", quantity.bytes(status.totalByteCount))
    for peer in status.peers {
      let time = Timestamp.text(nanoseconds: peer.seen)
      table.add("Peer", "\(peer.replica) \(Escape.text(peer.name)), \(time)")
    }
    for run in status.lastRuns {
      table.add(
        "Run",
        "\(Timestamp.text(nanoseconds: run.finished)) with \(Escape.text(run.peer)), "
          + "\(quantity.text(run.itemCount)) items, exit \(run.exitCode)")
    }
    return table.text
  }

  /// All of it as a JSON object.
  var json: String {
    var line = JSONLine(type: "status")
    line.add("replica", "\(status.replica)")
    line.add("state_directory", bytes: status.stateDirectory)
    line.add("content_root", "\(status.contentRoot)")
    line.add("state_root", "\(status.stateRoot)")
    line.add("entries", Int64(status.liveCount))
    line.add("tombstones", Int64(status.tombstoneCount))
    line.add("bytes", status.totalByteCount)
    line.add(
      "peers",
      status.peers.map { peer in
        var object = JSONLine()
        object.add("replica", "\(peer.replica)")
        object.add("name", bytes: peer.name)
        object.add("last_ns", peer.seen)
        return object
      })
    line.add(
      "runs",
      status.lastRuns.map { run in
        var object = JSONLine()
        object.add("finished_ns", run.finished)
        object.add("peer", bytes: run.peer)
        object.add("exit", Int64(run.exitCode))
        object.add("items", Int64(run.itemCount))
        return object
      })
    return line.text
  }
}

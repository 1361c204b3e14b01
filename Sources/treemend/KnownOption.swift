/// An option that a command line may hold, whether it is offered or only known from rsync.
struct KnownOption: Hashable {
  /// The long name, without the two hyphens; empty if there is none.
  let name: String
  /// The letter, if there is one.
  let letter: UInt8?
  /// Whether a value goes with it.
  let takesValue: Bool
  /// Whether some command takes it; what none does is refused by name.
  let isOffered: Bool

  /// The option as people write it.
  var spelling: String {
    name.isEmpty ? "-" + String(decoding: [letter].compactMap(\.self), as: UTF8.self) : "--\(name)"
  }

  /// All options, by long name.
  static let byName = Dictionary(
    (offered + refused).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// All options that have a letter, by it.
  static let byLetter = Dictionary(
    (offered + refused).compactMap { option in option.letter.map { ($0, option) } },
    uniquingKeysWith: { first, _ in first })

  /// The option of a long name, or of one of rsync's that is turned off by a `no-` before it.
  static func named(_ name: String) -> KnownOption? {
    if let option = byName[name] { return option }
    guard name.hasPrefix("no-") else { return nil }
    let off = String(name.dropFirst(3))
    let letter = off.utf8.count == 1 ? off.utf8.first : nil
    let isKnown = byName[off] != nil || letter.flatMap { byLetter[$0] } != nil
    return isKnown
      ? KnownOption(name: name, letter: nil, takesValue: false, isOffered: false) : nil
  }

  /// Reads options written as words: `name`, `name,l` with a letter, `,l` with nothing else; `=`
  /// at the end means that a value goes with it.
  private static func options(_ words: String, isOffered: Bool) -> [KnownOption] {
    words.split(whereSeparator: \.isWhitespace).map { word in
      let takesValue = word.last == "="
      let parts = word.prefix { $0 != "=" }.split(separator: ",", omittingEmptySubsequences: false)
      return KnownOption(
        name: String(parts[0]), letter: parts.count > 1 ? parts[1].utf8.first : nil,
        takesValue: takesValue, isOffered: isOffered)
    }
  }

  /// What some command takes.
  static let offered = options(
    """
    dry-run,n delete max-delete= force checksum,c compress,z no-compress bwlimit= no-fsync
    exclude= include= exclude-from= include-from=
    rsh,e= remote-path= rsync-path= timeout= state-dir= wait=
    verbose,v quiet,q itemize-changes,i stats json progress progress,P human-readable,h
    help version,V archive,a recursive,r links,l perms,p times,t
    sparse,S partial
    state stdio push pull conflict= keep= all
    """, isOffered: true)

  /// What rsync takes, or treemend is to take one day.
  static let refused = options(
    """
    rehash= root= read-only append-only no-delete repair-from=
    files-from= from0,0 update,u one-file-system,x owner,o group,g hard-links,H xattrs,X
    acls,A numeric-ids backup,b backup-dir= suffix= log-file=
    modify-window,@= existing ignore-existing ignore-non-existing chmod=
    info= debug= stderr= no-motd inc-recursive i-r relative,R no-implied-dirs implied-dirs inplace
    append append-verify dirs,d old-dirs old-d mkpath copy-links,L copy-unsafe-links safe-links
    insecure-links confine-root= munge-links copy-dirlinks,k keep-dirlinks,K executability,E
    devices copy-devices write-devices specials drop-D ,D atimes,U open-noatime crtimes,N
    omit-dir-times,O omit-link-times,J super fake-super preallocate whole-file,W
    checksum-choice= cc= block-size,B= remove-source-files del delete-before delete-during
    delete-delay delete-after delete-excluded ignore-missing-args delete-missing-args
    ignore-errors max-size= min-size= max-alloc= partial-dir= delay-updates prune-empty-dirs,m
    usermap= groupmap= chown= contimeout= ignore-times,I size-only temp-dir,T= fuzzy,y
    compare-dest= copy-dest= link-dest= compress-choice= zc= compress-level= zl=
    compress-threads= zt= skip-compress= cvs-exclude,C filter,f= ,F old-args secluded-args,s
    protect-args trust-sender copy-as= address= port= sockopts= blocking-io outbuf=
    8-bit-output,8 remote-option,M= out-format= log-format= log-file-format= password-file=
    early-input= list-only stop-after= stop-at= time-limit= fsync write-batch=
    only-write-batch= read-batch= protocol= iconv= checksum-seed= ipv4,4 ipv6,6 daemon
    """, isOffered: false)
}

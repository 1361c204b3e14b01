/// A bug put into the program on purpose, that the properties must catch.
package enum Mutation: String, CaseIterable, Sendable {
  /// What a scan misses is forgotten without a tombstone.
  case dropsTombstones
  /// What the other has not is taken for deleted.
  case absenceDeletes
  /// The index is committed before the change is made, which a crash then prevents.
  case recordsBeforeApplying
  /// The later time wins even where one version has seen the other.
  case ordersByTimeAlone
  /// The result of a conflict keeps the winner's vector alone.
  case doesNotJoin
  /// A change of mode is no change.
  case missesModes
  /// What could not be read counts as deleted.
  case unreadableDeletes
  /// What is at the destination is not looked at before it is replaced.
  case skipsPreconditions
  /// The loser of a conflict is not kept.
  case dropsLosers
  /// Tombstones go after the next run with anybody.
  case forgetsTombstonesEarly
  /// Nobody notices that a replica was set back.
  case missesRollback
  /// A racy stamp is trusted.
  case trustsRacyStamps
  /// A deletion beats an edit.
  case deletionWins
  /// The deletion of a directory deletes what it did not know of.
  case deletesSubtrees
  /// What a killed run has done is taken for a user's doing.
  case forgetsIntent
  /// The winner of a conflict is the side that began.
  case initiatorWins
  /// Versions are recorded at one end although the change failed at the other.
  case recordsFailures
  /// Names are compared as text, by canonical equivalence.
  case comparesNamesAsText
  /// A loser is replaced although its copy could not be made.
  case replacesBeforeKeeping
  /// Replicas that meet for the first time agree on the versions of what is not alike, too.
  case agreesOnAll
}

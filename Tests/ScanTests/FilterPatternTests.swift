import Testing

@testable import Scan

/// What a rule that excludes `pattern` answers for paths, joined by spaces; a directory's has a
/// slash behind it. The answers are those of rsync 3.5.0, the directories on the way included.
struct PatternCase: Sendable, CustomTestStringConvertible {
  let pattern: String
  let leavesOut: String
  let keeps: String

  var testDescription: String { pattern }

  init(_ pattern: String, leavesOut: String, keeps: String) {
    self.pattern = pattern
    self.leavesOut = leavesOut
    self.keeps = keeps
  }
}

@Suite struct FilterPatternTests {
  @Test(arguments: names + anchors + directories + doubleStars + classes + escapes + malformed)
  func `a pattern leaves out what rsync leaves out`(row: PatternCase) throws {
    let filter = try Filter(excluding: row.pattern)
    for path in row.leavesOut.split(separator: " ") {
      #expect(try filter.excludes(String(path)), "\(path)")
    }
    for path in row.keeps.split(separator: " ") {
      #expect(try !filter.excludes(String(path)), "\(path)")
    }
  }

  private static let names = [
    PatternCase(#"foo"#, leavesOut: #"foo foo/ a/foo a/b/foo"#, keeps: #"foox xfoo foo/a Foo"#),
    PatternCase(#"*.o"#, leavesOut: #"a.o .o a/b.o d.o/"#, keeps: #"a.c a.oo a.o/c o"#),
    PatternCase(#"*"#, leavesOut: #"a a/ a/b .a"#, keeps: #""#),
    PatternCase(#"?"#, leavesOut: #"a a/b é/b"#, keeps: #"ab a/bc é"#),
    PatternCase(#"a?c"#, leavesOut: #"abc x/a?c"#, keeps: #"ac a/c abbc"#),
    PatternCase(#"a*b*c"#, leavesOut: #"abc axbxc abbcc x/abc"#, keeps: #"acb abcx ab/c"#),
    PatternCase(#"foo/bar"#, leavesOut: #"foo/bar a/foo/bar"#, keeps: #"bar xfoo/bar foo/barx"#),
    PatternCase(
      #"foo/*/bar"#, leavesOut: #"foo/a/bar x/foo/a/bar"#, keeps: #"foo/bar foo/a/b/bar"#),
    PatternCase(#"*/b"#, leavesOut: #"a/b x/a/b"#, keeps: #"b a/c"#),
    PatternCase(#"a//b"#, leavesOut: #""#, keeps: #"a/b b"#),
  ]

  private static let anchors = [
    PatternCase(#"/foo"#, leavesOut: #"foo foo/"#, keeps: #"a/foo foo/a foox"#),
    PatternCase(#"/*.o"#, leavesOut: #"a.o"#, keeps: #"a/b.o"#),
    PatternCase(#"/a/*"#, leavesOut: #"a/b a/b/"#, keeps: #"a a/ a/b/c x/a/b"#),
    PatternCase(#"/foo/**"#, leavesOut: #"foo/a foo/a/b"#, keeps: #"foo/ foo x/foo/a"#),
    PatternCase(
      #"/foo/**/bar"#, leavesOut: #"foo/a/bar foo/a/b/bar"#, keeps: #"foo/bar x/foo/a/bar"#),
    PatternCase(#"/**"#, leavesOut: #"a a/b a/"#, keeps: #""#),
    PatternCase(#"/"#, leavesOut: #""#, keeps: #"a a/ a/b"#),
    PatternCase(#"//"#, leavesOut: #""#, keeps: #"a a/ a/b"#),
    PatternCase(#"//a"#, leavesOut: #""#, keeps: #"a x/a"#),
  ]

  private static let directories = [
    PatternCase(#"foo/"#, leavesOut: #"foo/ a/foo/"#, keeps: #"foo a/foo foo/a"#),
    PatternCase(#"*/"#, leavesOut: #"a/ a/b/"#, keeps: #"a a/b"#),
    PatternCase(#"/a/b/"#, leavesOut: #"a/b/"#, keeps: #"a/b a/ x/a/b/"#),
    PatternCase(#"foo//"#, leavesOut: #""#, keeps: #"foo foo/ a/foo/"#),
    PatternCase(#"**/"#, leavesOut: #"a/ a/b/"#, keeps: #"a a/b"#),
    PatternCase(#"dir/***"#, leavesOut: #"dir/ dir/a dir/a/ a/dir/ a/dir/b"#, keeps: #"dir xdir/"#),
    PatternCase(#"/dir/***"#, leavesOut: #"dir/ dir/a/b"#, keeps: #"dir a/dir/ a/dir/b"#),
    PatternCase(#"dir***"#, leavesOut: #"dir dir/ dirx dir/a a/dir"#, keeps: #"di xdir"#),
    PatternCase(#"dir/***/"#, leavesOut: #"dir/ dir/a/"#, keeps: #"dir dir/a"#),
    PatternCase(#"***"#, leavesOut: #"a a/ a/b"#, keeps: #""#),
  ]

  private static let doubleStars = [
    PatternCase(#"**"#, leavesOut: #"a a/ a/b"#, keeps: #""#),
    PatternCase(#"**/foo"#, leavesOut: #"foo a/foo a/b/foo"#, keeps: #"xfoo foo/a"#),
    PatternCase(#"**foo"#, leavesOut: #"foo xfoo a/foo a/xfoo"#, keeps: #"foox foo/a"#),
    PatternCase(#"**/a/b"#, leavesOut: #"a/b x/a/b"#, keeps: #"xa/b b"#),
    PatternCase(#"foo**"#, leavesOut: #"foo foox foo/a a/foo a/foo/b/c"#, keeps: #"xfoo xfoo/a"#),
    PatternCase(#"foo/**"#, leavesOut: #"foo/a x/foo/a/b"#, keeps: #"foo foo/ xfoo/a"#),
    PatternCase(
      #"a/**/b"#, leavesOut: #"a/x/b a/x/y/b q/a/x/b"#, keeps: #"a/b a/x/bb xa/x/b"#),
    PatternCase(#"a**b"#, leavesOut: #"ab axb a/b a/x/b x/a/b"#, keeps: #"a/bx xa/b"#),
    PatternCase(#"x*y**z"#, leavesOut: #"xyz p/xq/xyz xq/xyz x/xy/z"#, keeps: #"x/yz x/y/z"#),
    PatternCase(#"a**/*b"#, leavesOut: #"a/b ax/xb a/x/y/b"#, keeps: #"ab a/bx"#),
    PatternCase(#"a?**"#, leavesOut: #"ab ab/c x/ab/c"#, keeps: #"a a/b"#),
    PatternCase(#"[*][**]"#, leavesOut: #"** x/**"#, keeps: #"a **/b"#),
  ]

  private static let classes = [
    PatternCase(#"[abc]"#, leavesOut: #"a b c x/a"#, keeps: #"d ab A"#),
    PatternCase(#"[a-c]x"#, leavesOut: #"ax bx cx"#, keeps: #"dx -x x"#),
    PatternCase(#"[!a-c]"#, leavesOut: #"d -"#, keeps: #"a b c"#),
    PatternCase(#"[^a]"#, leavesOut: #"b ^"#, keeps: #"a"#),
    PatternCase(#"[]a]"#, leavesOut: #"] a"#, keeps: #"b []a] []"#),
    PatternCase(#"[!]a]"#, leavesOut: #"b !"#, keeps: #"] a"#),
    PatternCase(#"[a-]"#, leavesOut: #"a -"#, keeps: #"b"#),
    PatternCase(#"[-a]"#, leavesOut: #"a -"#, keeps: #"b"#),
    PatternCase(#"[a-c-e]"#, leavesOut: #"a b c - e"#, keeps: #"d"#),
    PatternCase(#"[c-a]"#, leavesOut: #"c"#, keeps: #"a b -"#),
    PatternCase(#"[\]-a]"#, leavesOut: #"] ^ _ a"#, keeps: #"\ b -"#),
    PatternCase(#"[a\-c]"#, leavesOut: #"a - c"#, keeps: #"b \"#),
    PatternCase(#"[a-\c]"#, leavesOut: #"a b c"#, keeps: #"d \ -"#),
    PatternCase(#"a[!b]c"#, leavesOut: #"axc"#, keeps: #"abc a/c ac"#),
    PatternCase(#"[a/]b"#, leavesOut: #""#, keeps: #"ab x/ab a/b"#),
    PatternCase(#"[!/]"#, leavesOut: #""#, keeps: #"a x/a x/ab"#),
    PatternCase(#"[[:alpha:]]"#, leavesOut: #"a Z"#, keeps: #"1 _ [ : é"#),
    PatternCase(#"[[:digit:][:upper:]_]"#, leavesOut: #"0 9 A Z _"#, keeps: #"a - :"#),
    PatternCase(#"[![:alnum:]]"#, leavesOut: #"_ ~ !"#, keeps: #"a Z 5"#),
    PatternCase(#"[[:xdigit:]]"#, leavesOut: #"0 a F"#, keeps: #"g G"#),
    PatternCase(#"[[:lower:]]"#, leavesOut: #"a z"#, keeps: #"A 1"#),
    PatternCase(#"[[:punct:]]"#, leavesOut: #"! : @ [ ` { ~"#, keeps: #"a 0"#),
    PatternCase(#"[[:graph:]][[:print:]]"#, leavesOut: #"a~ !a"#, keeps: #"é a"#),
    PatternCase(#"[[:digit:]-z]"#, leavesOut: #"5 - z"#, keeps: #"a"#),
    PatternCase(#"[[:]"#, leavesOut: #"[ :"#, keeps: #"a ]"#),
    PatternCase(#"[[:alpha]"#, leavesOut: #"[ : a l h"#, keeps: #"b ]"#),
    PatternCase(#"[a"#, leavesOut: #""#, keeps: #"a [a"#),
  ]

  private static let escapes = [
    PatternCase(#"a\b"#, leavesOut: #"a\b x/a\b"#, keeps: #"ab"#),
    PatternCase(#"a\b*"#, leavesOut: #"ab abc"#, keeps: #"a\b a\bc"#),
    PatternCase(#"a\\b*"#, leavesOut: #"a\b a\bc"#, keeps: #"ab a\\b"#),
    PatternCase(#"\*"#, leavesOut: #"* x/*"#, keeps: #"a \*"#),
    PatternCase(#"\?"#, leavesOut: #"?"#, keeps: #"a \?"#),
    PatternCase(#"\[a]"#, leavesOut: #"[a]"#, keeps: #"a \[a]"#),
    PatternCase(#"\**"#, leavesOut: #"* *a x/* x/*a"#, keeps: #"a *a/b"#),
    PatternCase(#"*\*"#, leavesOut: #"* a*"#, keeps: #"a *a"#),
    PatternCase(#"a\/b*"#, leavesOut: #"a/bc x/a/b"#, keeps: #"b ab"#),
  ]

  private static let malformed = [
    PatternCase(#"["#, leavesOut: #""#, keeps: #"[ a"#),
    PatternCase(#"[]"#, leavesOut: #""#, keeps: #"[] ["#),
    PatternCase(#"[!]"#, leavesOut: #""#, keeps: #"[!] ! a"#),
    PatternCase(#"*["#, leavesOut: #""#, keeps: #"[ a["#),
    PatternCase(#"*\"#, leavesOut: #""#, keeps: #"\ a\"#),
    PatternCase(#"[a\"#, leavesOut: #""#, keeps: #"a [a\"#),
    PatternCase(#"[a-\"#, leavesOut: #""#, keeps: #"a"#),
    PatternCase(#"[[:nothing:]a]"#, leavesOut: #""#, keeps: #"a n"#),
    PatternCase(#"[[::]]"#, leavesOut: #""#, keeps: #": [ []"#),
    PatternCase(#"[[:alpha:]"#, leavesOut: #""#, keeps: #"a [a"#),
  ]
}

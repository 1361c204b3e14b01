/// The trial from which nothing can be taken away any more so that it still fails; `smaller` gives those
/// of which one part has been taken away.
package func shrunk<Trial, Smaller: Sequence<Trial>>(
  _ trial: Trial, by smaller: (Trial) -> Smaller, while fails: (Trial) -> Bool
) -> Trial {
  var smallest = trial
  while let next = smaller(smallest).first(where: fails) { smallest = next }
  return smallest
}

extension Array {
  /// The array without one of its elements, and with a smaller one in the place of each.
  package func smaller<Smaller: Sequence<Element>>(
    by smaller: @escaping (Element) -> Smaller
  ) -> some Sequence<[Element]> {
    let fewer = indices.lazy.map { index in
      var array = self
      array.remove(at: index)
      return array
    }
    let lesser = indices.lazy.flatMap { index in
      smaller(self[index]).lazy.map { element in
        var array = self
        array[index] = element
        return array
      }
    }
    return [AnySequence(fewer), AnySequence(lesser)].lazy.joined()
  }
}

import Language

/// A loop over settings, as people type it in other languages, as the sweep that it is here.
///
///     for b in 0.5,1,2 { set m beta=b; train m on=d }      s = sweep m on=d beta=0.5,1,2
enum Loop {
  /// nil of what is no loop.
  static func advice(_ source: String) -> String? {
    let words = source.split(whereSeparator: { " \t\n".contains($0) }).map(String.init)
    guard words.first == "for" else { return nil }
    let variable = words.count > 1 ? words[1].filter { $0 != "(" } : ""
    guard let place = words.firstIndex(where: { $0 == "in" || $0 == "=" }), place <= 3 else {
      return "sweep trains a model with many settings: s = sweep m on=d beta=0.5,1,2"
    }
    let values = values(source)
    let body = body(source)
    let name = option(variable, in: body) ?? (variable.count > 1 ? variable : "beta")
    let model = argument(of: ["train", "set"], in: body) ?? "m"
    let data = body.firstMatch(of: /(^|\s)on=(\S+?)(?=[;\s}]|$)/).map { String($0.2) } ?? "d"
    return "s = sweep \(model) on=\(data) \(name)=\(values.isEmpty ? "0.5,1,2" : values)"
      + "; trains one model for each, and ranks them"
  }

  /// The numbers or words behind `in`, with commas between them.
  private static func values(_ source: String) -> String {
    guard let start = source.firstMatch(of: /\sin\s|\s=\s/)?.range.upperBound else { return "" }
    var text = source[start...]
    if let brace = text.firstIndex(where: { "{:\n;".contains($0) }) { text = text[..<brace] }
    if let word = text.firstRange(of: " do") { text = text[..<word.lowerBound] }
    let parts = text.split(whereSeparator: { ", []()".contains($0) }).map(String.init)
    // What is no list of values, such as range(3), has no place in an option.
    guard parts.allSatisfy({ part in part.allSatisfy { $0.isLetter || $0.isNumber || ".-+e_".contains($0) } }),
      !text.contains("range"), !text.contains("..")
    else { return "" }
    return parts.joined(separator: ",")
  }

  private static func body(_ source: String) -> String {
    guard let start = source.firstIndex(where: { "{:\n".contains($0) }) else { return "" }
    return String(source[source.index(after: start)...].map { $0 == "}" ? " " : $0 })
  }

  /// The option that the loop's variable is given to.
  private static func option(_ variable: String, in body: String) -> String? {
    for word in body.split(whereSeparator: { " ;\n,()".contains($0) }) {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[1].filter({ !"${}\"".contains($0) }) == variable else { continue }
      return String(parts[0])
    }
    return nil
  }

  /// The word behind one of some verbs.
  private static func argument(of verbs: [String], in body: String) -> String? {
    let words = body.split(whereSeparator: { " ;\n".contains($0) }).map(String.init)
    for (index, word) in words.enumerated() where verbs.contains(word) && index + 1 < words.count {
      if words[index + 1].isName { return words[index + 1] }
    }
    return nil
  }
}

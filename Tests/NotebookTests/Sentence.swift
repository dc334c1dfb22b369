import Notebook
import SessionCore

/// A statement made by the grammar and then, often, spoiled: the same for the same seed.
struct Sentence {
  private var state: UInt64
  private let folder: String
  private var depth = 0

  init(seed: UInt64, folder: String) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    self.folder = folder
    for _ in 0..<4 { _ = next() }
  }

  mutating func next() -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33)
  }

  private mutating func chance(_ one: Int) -> Bool { next() % one == 0 }

  private mutating func pick(_ items: [String]) -> String { items[next() % items.count] }

  private static let names = [
    "d", "z", "v", "s", "q", "r", "t", "m", "a", "e", "m2", "w", "x", "nothing", "_", "_1", "_3",
  ]
  private static let slow: Set = ["load", "train", "race", "versus", "evaluate", "examples"]
  private static let numbers = [
    "0", "1", "2", "3", "7", "10", "-1", "0.5", "1e-3", "1e3", "-0", "1e999", "99999999999", "9223372036854775807",
    "1_0",
    "+2", "0x10", "3.", ".5", "nan",
  ]
  private static let functions = [
    "mean", "std", "norm", "min", "max", "argmax", "lerp", "slerp", "concat", "sum", "zeros", "ones", "normal",
    "uniform",
    "sqrt", "exp", "log", "abs", "floor", "reshape", "transpose", "median", "frob", "len", "shape",
  ]
  private static let attributes = [
    "shape", "count", "T", "loss", "train", "test", "labels", "dtype", "elbo", "size", "kl",
  ]
  private static let marks = [
    "(", ")", "[", "]", "..", "..<", "|", ">", ";", "\"", "'", "#", "\\", "\n", "=", "==", ",", ":", "?", "!", "*", "^",
    "é",
    "🙂", "\u{0}", "\u{1B}[31m", "−", "“", "\t", "label=", "as", "&", "%", "$(ls)", "`ls`", "\u{301}",
  ]

  /// The whole of it. Words that name files are kept whole: spoiled, they could name files elsewhere.
  mutating func text() -> String {
    var tokens: [String] = []
    for position in 0..<(chance(8) ? 2 : 1) {
      if position > 0 { tokens.append(pick([";", "\n"])) }
      tokens += statement()
    }
    if chance(2) { spoil(&tokens) }
    return tokens.joined(separator: " ").replacing(" ~", with: "")
  }

  private mutating func statement() -> [String] {
    var tokens: [String] = []
    if chance(3) { tokens += [pick(Self.names), "="] }
    tokens += chance(2) ? command() : [expression()]
    while chance(5) { tokens += ["|"] + (chance(2) ? command() : [pick(Self.functions)]) }
    if chance(12) { tokens += [">", "\(folder)/out.\(pick(["json", "csv", "npy", "txt", "html", "xyz", "gp"]))"] }
    if chance(8) { tokens.append(";") }
    return tokens
  }

  private mutating func command() -> [String] {
    let commands = CommandTable.standard.commands
    var command = commands[next() % commands.count]
    // What takes longest comes less often, so that more is tried.
    while Self.slow.contains(command.verb), !chance(12) { command = commands[next() % commands.count] }
    // Examples that write files name them as they like.
    if chance(6), let example = command.examples.first, !example.line.contains(">") {
      return example.line.split(separator: " ").map(String.init)
    }
    var tokens = [command.verb]
    for positional in command.positionals where positional.isRequired || chance(2) {
      tokens.append(value(positional.type))
      if positional.isVariadic, chance(2) { tokens.append(value(positional.type)) }
    }
    for option in command.options where option.isRequired || chance(max(3, command.options.count / 2)) {
      tokens.append("\(option.name)=\(value(option.type))")
    }
    return tokens
  }

  /// A value of the type, and sometimes of another.
  private mutating func value(_ type: ArgumentType) -> String {
    if chance(10) { return expression().replacing(" ", with: "") }
    switch type {
    case .integer(let range), .relativeInteger(let range):
      return chance(3) ? pick(Self.numbers) : String(max(range.lowerBound, next() % 8))
    case .number, .duration: return pick(Self.numbers)
    case .flag, .choice, .text: return pick(type.suggestions + ["gaussian:0.3", "m", "z[0]", "\"two words\""])
    case .place: return pick(["0", "#1", "#99", "z[0]", "v", "3"])
    case .label: return pick(["0", "3", "99", "benign", "k", "\"two words\""])
    case .nameOrPath: return pick(type.suggestions + ["\(folder)/out.npy", "\(folder)/none"])
    case .path: return "\(folder)/\(pick(["missing.npy", "out.csv", "out.npy", "out.json", "none/x.gz"]))"
    case .size: return pick(["4x4", "28x28", "0x3", "x", "99999x1", "3"])
    case .interval: return pick(["-3:3", "0:1", "2:1", "a:b", ":"])
    case .indices: return pick(["0", "0..1", "0,1", "9", "1..0", "0..999999999", ""])
    case .newName: return pick(["m2", "w", "train", "9a", "pi"])
    case .value(let kinds):
      if kinds.contains(.model), !chance(4) { return pick(["m", "a", "m2"]) }
      if kinds.contains(.dataset), !chance(4) { return pick(["d", "d.train", "d[0..9]", "z"]) }
      return pick(["z", "v", "z[0]", "z[0..3]", "q", "mean(z)"])
    case .anyValue: return pick(Self.names)
    }
  }

  private mutating func expression() -> String {
    depth += 1
    defer { depth -= 1 }
    if depth > 5 { return chance(2) ? pick(Self.names) : pick(Self.numbers) }
    switch next() % 12 {
    case 0, 1: return pick(Self.numbers)
    case 2, 3: return pick(Self.names)
    case 4:
      return "(\(expression()) \(pick(["+", "-", "*", "/", "%", "^", "==", "<", ">=", "&", "!="])) \(expression()))"
    case 5: return "\(pick(Self.functions))(\(expression()))"
    case 6:
      let named = pick(["seed", "axis", "step", "n"])
      return "\(pick(Self.functions))(\(expression()), \(expression()), \(named)=\(pick(Self.numbers + ["all"])))"
    case 7: return "\(pick(Self.names))[\(pick(["0", "-1", "0..2", ":", "..", "label=1", "99", "z[:,0]>0", "0..<2"]))]"
    case 8: return "\(pick(Self.names))[\(expression()), \(expression())]"
    case 9: return "\(pick(Self.names)).\(pick(Self.attributes))"
    case 10: return "[\(expression()), \(expression())]"
    default: return pick(["-", "!", "+"]) + expression()
    }
  }

  /// Drops, doubles, swaps, glues and replaces tokens, and characters within them.
  private mutating func spoil(_ tokens: inout [String]) {
    for _ in 0...(next() % 3) {
      guard !tokens.isEmpty else { return }
      let place = next() % tokens.count
      switch next() % 7 {
      case 0: tokens.remove(at: place)
      case 1: tokens.insert(tokens[place], at: place)
      case 2: tokens.swapAt(place, next() % tokens.count)
      case 3: tokens.insert(pick(Self.marks), at: place)
      case 4 where !tokens[place].contains("/"): tokens[place] = pick(Self.marks)
      case 5 where !tokens[place].contains("/"):
        var characters = Array(tokens[place])
        let index = next() % max(1, characters.count)
        if index < characters.count {
          if chance(2) {
            characters.remove(at: index)
          } else {
            characters.insert(contentsOf: Array(pick(Self.marks)), at: index)
          }
        }
        tokens[place] = String(characters)
      default:
        if place + 1 < tokens.count, !tokens[place + 1].contains("/") { tokens[place + 1] = "~" + tokens[place + 1] }
      }
    }
  }
}

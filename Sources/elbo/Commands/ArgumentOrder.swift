import ArgumentParser
import JSONText

/// Options may stand before a subcommand as well as behind it: `elbo --threads 1 run a.elbo`.
enum ArgumentOrder {
  /// A command as the parser describes itself: which options take a value, and which commands are beneath it.
  struct Node: Equatable {
    var name = ""
    /// Names of options that take a value, such as `--threads` and `-c`.
    var valued: Set<String> = []
    var subcommands: [Node] = []

    /// Those of the commands beneath it too.
    var allValued: Set<String> { subcommands.reduce(valued) { $0.union($1.allValued) } }
  }

  /// `arguments` with the names of subcommands in front and what stood before them behind; unchanged where none is
  /// named.
  static func arranged(_ arguments: [String], _ root: () -> Node = { Self.root }) -> [String] {
    // The parser takes milliseconds to describe itself: only where a name stands behind an option.
    guard let option = arguments.firstIndex(where: { $0.hasPrefix("-") }),
      arguments[option...].contains(where: names(beneath: ElboCommand.self).contains)
    else { return arguments }
    var node = root()
    let valued = node.allValued
    var names: [String] = []
    var before: [String] = []
    var rest = arguments[...]
    while let next = rest.first, next != "--" {
      rest = rest.dropFirst()
      if next.hasPrefix("-"), next.count > 1 {
        before.append(next)
        if valued.contains(next), let value = rest.popFirst() { before.append(value) }
      } else if let found = node.subcommands.first(where: { $0.name == next }) {
        names.append(next)
        node = found
        if node.subcommands.isEmpty { break }
      } else {
        rest = [next] + rest
        break
      }
    }
    return names.isEmpty || before.isEmpty ? arguments : names + before + rest
  }

  private static func names(beneath command: any ParsableCommand.Type) -> Set<String> {
    command.configuration.subcommands.reduce(["help"]) { $0.union(names(beneath: $1)).union([$1._commandName]) }
  }

  /// From the parser's own description.
  static var root: Node {
    guard let json = try? JSON(parsing: Array(ElboCommand._dumpHelp().utf8)), let command = json["command"] else {
      return Node()
    }
    return node(command)
  }

  private static func node(_ command: JSON) -> Node {
    var node = Node(name: command["commandName"]?.stringValue ?? "")
    for argument in command["arguments"]?.arrayValue ?? [] where argument["kind"]?.stringValue == "option" {
      for name in argument["names"]?.arrayValue ?? [] {
        guard let text = name["name"]?.stringValue else { continue }
        node.valued.insert((name["kind"]?.stringValue == "long" ? "--" : "-") + text)
      }
    }
    node.subcommands = (command["subcommands"]?.arrayValue ?? []).map(Self.node)
    return node
  }
}

import Language
import Text

/// Our word for what people type at other prompts: those of psql, SQLite, IPython, R, MATLAB, Julia and shells.
///
/// Where a cell fails because there is no such command, its advice is this. What means something here, a variable or a
/// function of that name, never gets here.
package enum Habits {
  /// What to write instead of `source`; nil for what is no habit that is known.
  package static func advice(_ source: String) -> String? {
    let line = source.split(separator: "\n", maxSplits: 1).first.map { $0.trimmed } ?? ""
    guard !line.isEmpty else { return nil }
    if let word = whole[line] ?? whole[line.lowercased()] { return "In elbo: \(word)" }
    if let sweep = Loop.advice(source) { return "In elbo: \(sweep)" }
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
    let (verb, rest) = (String(parts[0]), parts.count > 1 ? parts[1].trimmed : "")
    if rest == "--help" || rest == "-h" || rest == "/?" { return "In elbo: help \(verb)" }
    if let write = beginnings[verb] { return "In elbo: \(write(rest))" }
    for (opening, write) in calls where line.hasPrefix(opening + "(") && line.hasSuffix(")") {
      return "In elbo: \(write(String(line.dropFirst(opening.count + 1).dropLast())))"
    }
    return nil
  }

  private static let whole: [String: String] = {
    var words: [String: String] = [:]
    func add(_ habits: [String], _ word: String) { for habit in habits { words[habit] = word } }
    add(["\\q", ":q", ":q!", ":wq", "q()", "exit()", "quit()", ".exit", ".quit", "logout"], "quit")
    add([".help", "\\?", "\\h", ":help", ":h", "help()", "%quickref", "-help"], "help")
    add(["%pwd", "getwd()"], "pwd")
    add(["whos", "who", "%whos", "%who", "dir()", "globals()", "locals()", "ls()", "\\d", "\\dt", ".tables"], "vars")
    add(["%history", "%hist", "\\s", ".history"], "history")
    add(["\\timing", ".timer on"], "time on")
    add(["clear", "cls", "clc", "%clear", ":clear"], "Ctrl-L clears the screen; drop NAME deletes a variable")
    add(["%reset", "clear all", "rm(list=ls())"], "drop NAME …, or open a fresh workspace: open work.elbodb new=yes")
    add(["%matplotlib inline", "%matplotlib"], "nothing: figures are shown where they are drawn")
    return words
  }()

  private static let beginnings: [String: @Sendable (String) -> String] = {
    var words: [String: @Sendable (String) -> String] = [:]
    func add(_ habits: [String], _ word: @escaping @Sendable (String) -> String) {
      for habit in habits { words[habit] = word }
    }
    add(["del", "rm", "unset", "remove"]) { "drop \($0.isEmpty ? "NAME" : $0)" }
    add(["%timeit", "%%time", "%%timeit", "@time"]) { "time \($0.isEmpty ? "STATEMENT" : $0)" }
    add(["%cd", "chdir", "\\cd", ".cd"]) { "cd \($0.isEmpty ? "FOLDER" : $0)" }
    add([".once", ".output", "\\o", "\\g"]) { "end the line with > \($0.isEmpty ? "FILE.csv" : $0)" }
    add([".read", "\\i", "%run", "source", "include"]) {
      "run a script on the shell: elbo run \($0.isEmpty ? "FILE.elbo" : $0)"
    }
    add(["man", "\\h", ".help", ":help", "%pinfo"]) { "help \($0)" }
    add(["echo", "puts", "disp"]) { "show \($0)" }
    add([".mode", "\\pset"]) { _ in "format json, format csv or format text" }
    add([".open", "\\c"]) { "open \($0.isEmpty ? "work.elbodb" : $0)" }
    add([".save", ".backup"]) { "save session \($0.isEmpty ? "work.elbodb" : $0)" }
    add(["ls", "cat", "dir", "less", "mkdir", "cp", "mv", "pip", "%pip", "python", "git", "which"]) { _ in
      "a line that begins with ! runs in the shell"
    }
    add(["import", "from", "using", "library", "require"]) { _ in
      "everything is there already; 'help' lists the commands"
    }
    add(["foreach", "while"]) { _ in
      "sweep trains a model with many settings: s = sweep m on=d beta=0.5,1,2"
    }
    add(["def", "function", "class", "lambda"]) { _ in "commands alone; scripts are files of them: elbo run FILE.elbo" }
    return words
  }()

  private static let calls: [(String, @Sendable (String) -> String)] = [
    ("print", { "show \($0)" }), ("help", { "help \($0)" }),
    ("del", { "drop \($0)" }),
    ("source", { "run a script on the shell: elbo run \($0.filter { $0 != "\"" && $0 != "'" })" }),
  ]
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" || $0 == ";" }.reversed())
  }
}

extension Fault {
  /// Whether a statement could not be read, or names no command.
  fileprivate var isUnknownWordOrSyntax: Bool {
    code == .syntax || code == .unknownCommand || code == .prefixNotAllowed
  }

  var isUnknownWord: Bool { isUnknownWordOrSyntax || code == .unknownVariable || code == .unknownFunction }
}

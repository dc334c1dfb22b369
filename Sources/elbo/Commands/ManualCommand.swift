import ArgumentParser
import FrontEnds
import JSONText
import Notebook
import SessionCore
import Terminal

/// `elbo manual`: the man page, made from the command table. `make install` puts it in place.
struct ManualCommand: ElboSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Print the man page (roff).", shouldDisplay: false)

  static let handlesSignals = false

  func run(in process: ProcessContext) throws -> Int32 {
    writeAll(Manual(table: .standard).text, to: 1) ? 0 : 1
  }
}

/// The man page of elbo(1).
struct Manual {
  let table: CommandTable

  var text: String {
    var lines = [
      #".TH ELBO 1 "" "elbo \#(ProcessContext.version)" "User Commands""#,
      ".SH NAME", #"elbo \- variational autoencoders at a prompt, in scripts and in notebooks"#,
      ".SH SYNOPSIS",
    ]
    for usage in Self.synopsis { lines += [".B elbo", Self.escaped(usage), ".br"] }
    lines += [".SH DESCRIPTION", Self.escaped(Self.description)]
    for (tag, text) in Self.invocations { lines += [".TP", ".B " + Self.escaped(tag), Self.escaped(text)] }
    lines += [
      ".SH COMMANDS", "At the prompt, in scripts and in notebooks. 'help COMMAND' describes a command in full.",
    ]
    for family in Command.Family.allCases {
      let commands = table.commands.filter { $0.family == family }
      if commands.isEmpty { continue }
      lines.append(".SS \"\(Self.escaped(family.rawValue))\"")
      for command in commands { lines += page(command) }
    }
    for (title, entries) in Self.sections {
      lines.append(".SH \(title)")
      for (tag, text) in entries { lines += [".TP", ".B " + Self.escaped(tag), Self.escaped(text)] }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func page(_ command: Command) -> [String] {
    var lines = [".TP", ".B " + Self.escaped(command.usage), Self.escaped(command.summary) + "."]
    for option in command.options {
      let fallback = option.defaultText.map { " (default \($0))" } ?? ""
      lines += [".RS", ".TP", ".B " + Self.escaped(option.name) + "=", Self.escaped(option.help + fallback), ".RE"]
    }
    return lines
  }

  private static let synopsis = [
    "[FILE.elbodb]", "-c COMMANDS", "run [--format text|json] [--keep-going] FILE...",
    "replay [--verify|--record|--update] [--lax] [--junit FILE] [--tap FILE] FILE...",
    "kernel [--connection-file FILE]",
    "jupyter install [--user|--sys-prefix|--prefix PREFIX] [--program PATH]",
    "jupyter uninstall [--user|--sys-prefix|--prefix PREFIX]", "bench train|ops", "doctor [--json]",
    "report [--output FILE.html] FILE.elbodb", "lesson [NAME] [--ipynb]",
    "--help | --version",
  ]

  private static let description = """
    A session of datasets, models and tensors, controlled by commands such as load, model, train, encode, interpolate and \
    plot. Without arguments it shows a prompt on a terminal; otherwise it runs the commands on standard input.
    """

  private static let invocations = [
    ("FILE.elbodb", "opens a workspace with its variables, history and metrics"),
    ("-c COMMANDS", "runs one or more commands and exits"),
    ("run FILE...", "runs scripts; stops at the first error unless --keep-going"),
    ("replay FILE...", "runs session files and compares, records or updates their output"),
    ("kernel", "serves the Jupyter protocol as JSON lines on standard input and output, or over ZeroMQ"),
    ("jupyter install", "installs the Jupyter kernelspec"),
    ("bench", "measures how fast this machine trains"),
    ("doctor", "checks this machine: libraries, gnuplot, threads, memory, folders"),
    ("report FILE.elbodb", "writes a page of a workspace: data, models, measures, figures and commands"),
    ("lesson NAME", "starts a lesson at a prompt, or writes it as a notebook or a session file"),
    ("--session FILE.elbodb, --seed N, --threads N", "workspace file of the session, random seed, number of threads"),
  ]

  private static let sections = [
    (
      "EXIT STATUS",
      [
        ("0", "success"), ("1", "a command failed"), ("2", "wrong usage"), ("3", "a replay differs from its recording"),
        ("130", "interrupted"), ("128+n", "ended by signal n"),
      ]
    ),
    (
      "ENVIRONMENT",
      [
        ("ELBO_DATA", "colon-separated directories in which datasets are searched before they are downloaded"),
        ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME", "base directories of settings, history and downloads"),
        (
          "PAGER", "program that shows text longer than the screen; LESS, when set, replaces the options of less"
        ),
        ("TMPDIR", "directory of the temporary folders of replays (default /tmp)"),
        ("NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "control colored output"),
      ]
    ),
    (
      "FILES",
      [
        ("$XDG_CONFIG_HOME/elbo/rc.elbo", "commands run when a prompt starts"),
        ("$XDG_STATE_HOME/elbo/history", "command history of the prompt"),
        ("$XDG_STATE_HOME/elbo/recovery", "workspaces of unnamed sessions while they run"),
        ("~/.inputrc", "key bindings of readline(3); the application name is elbo"),
      ]
    ),
  ]

  /// Text with roff's special characters escaped.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "\n": result += "\n"
      default: result.append(character)
      }
    }
    return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
  }
}

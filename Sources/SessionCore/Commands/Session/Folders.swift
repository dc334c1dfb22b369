import Glibc
import POSIX
import Text

/// `cd`.
package struct ChangeFolder: DeclaredCommand {
  package init() {}

  package static let about = About(
    "cd", family: .session, summary: "change the folder that paths are relative to",
    details: """
      'cd' alone goes to the home folder, 'cd -' back to the one before. It holds for later paths and for commands of the \
      shell, until the program ends; workspace and variables stay as they are. A session that is replayed has the folder it \
      is run in, so cd is refused there, and while a transcript is recorded: write paths as they are from that folder.
      """,
    examples: [.init("cd data", "paths from now on start in data"), .init("cd -", "back")])

  @Argument(.path, help: "the folder, or - for the one before") var folder: String?

  package func run(_ call: Call) throws -> Value {
    let execution = call.execution
    if execution.options.outputDirectory != nil {
      throw call.fault(
        .notSupported, "cd is not replayed: the paths of a session start in the folder it is run in",
        fix: "Remove the line, and write paths as they are from there.")
    }
    if execution.frontEnd.isRecording {
      throw call.fault(
        .notSupported, "a transcript is being recorded, and its paths would lead elsewhere in a replay",
        fix: "End it first: transcript off")
    }
    let target: String
    switch folder {
    case nil: target = execution.options.homeDirectory ?? "/"
    case "-"?:
      guard let before = execution.core.folderBefore else {
        throw $folder.fault(.badOptionValue, "there is no folder before this one", fix: "Name one: cd FOLDER")
      }
      target = before
    case let name?: target = execution.expanded(name)
    }
    let here = WorkingFolder.path
    guard chdir(target) == 0 else {
      let reason = SystemError().description
      throw $folder.fault(.unreadableFile, "\(VisibleText.name(target)): \(reason)", fix: "'pwd' shows where you are.")
    }
    execution.core.folderBefore = here
    execution.note(VisibleText.name(WorkingFolder.path ?? target))
    return .nothing
  }
}

/// `pwd`.
package struct ShowFolder: DeclaredCommand {
  package init() {}

  package static let about = About(
    "pwd", family: .session, summary: "show the folder that paths are relative to", returns: .init(.text),
    examples: [.init("pwd", "where files are read and written")])

  package func run(_ call: Call) throws -> Value {
    guard let path = WorkingFolder.path else {
      throw call.fault(.unreadableFile, "the working folder was removed", fix: "cd to another one.")
    }
    return .string(path)
  }
}

enum WorkingFolder {
  /// nil where it was removed.
  static var path: String? {
    guard let whole = getcwd(nil, 0) else { return nil }
    defer { free(whole) }
    return String(cString: whole)
  }
}

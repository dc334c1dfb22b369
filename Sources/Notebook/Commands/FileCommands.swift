import Datasets
import Glibc
import Graphs
import JSONText
import Language
import VAEngine

/// `save` and `open`: workspaces, and models as safetensors.
enum FileCommands {
  static let all = [save, open]

  private static let save = Command(
    "save", family: .session, summary: "write a model to a file, or the session to a workspace",
    details: """
      After 'save session' the session continues in the workspace: every later cell is stored there when it finishes. \
      'open' reads models and workspaces.
      """,
    positionals: [
      Positional(
        "what", .text(placeholder: "a model or 'session'", suggestions: ["session"]), help: "model, or session"),
      Positional("path", .path, help: "path of the file"),
    ],
    examples: [
      .init("save m digits.safetensors", "weights with the architecture"),
      .init("save session work.elbodb", "the session as a workspace"),
    ]
  ) { arguments, execution in
    guard let what = arguments["what"], let file = arguments["path"] else { return .nothing }
    let path = execution.expanded(file.raw)
    if what.raw == "session" {
      try WorkspaceCommands.save(to: path, shown: file.raw, at: file.span, execution)
      return .nothing
    }
    guard let value = execution.lookup(what.raw) else { throw execution.noVariable(what.raw, at: what.span) }
    guard case .object(let object as any SavableValue) = value else {
      throw arguments.fault(
        .wrongKind, "'\(what.raw)' is \(value.kind.phrase); save writes models and the session", at: "what",
        fix: "Write other values with: show \(what.raw) > out.json")
    }
    try execution.checkWritable(path, shown: file.raw, at: file.span)
    execution.note(try object.save(to: path, shown: file.raw, threads: execution.state.settings.threads))
    if let model = object as? ModelValue { execution.core.savedModels.insert(model.stamp) }
    return .nothing
  }

  private static let open = Command(
    "open", family: .session, summary: "open a workspace, or a model from a file",
    details: "The content decides what a file is. The statement names a model that it opens: m = open m.safetensors.",
    positionals: [Positional("path", .path, help: "a workspace (.elbodb) or a model (.safetensors)")],
    options: [
      CommandOption("read-only", .flag, default: "no", help: "open without writing to the file"),
      CommandOption("new", .flag, default: "no", help: "create the workspace if it does not exist"),
    ],
    result: "the model",
    examples: [
      .init("open work.elbodb", "its variables, history and metrics"),
      .init("m = open digits.safetensors", "a saved model"),
    ]
  ) { arguments, execution in
    guard let file = arguments["path"] else { return .nothing }
    let path = execution.readable(file.raw)
    let nature = FileNature(of: path)
    if nature == .model || nature == .tensors || path.hasSuffix(".safetensors") {
      return try FileOpeners.model(path, shown: file.raw, arguments, execution)
    }
    let isNew = arguments.flag("new") && (nature == .missing || nature == .empty)
    if nature != .workspace, !isNew, access(path, R_OK) == 0, let reason = nature.phrase {
      throw Fault(
        .notAWorkspace, "\(file.raw) is not a workspace: \(reason)", at: file.span,
        fix: nature.advice(path, shown: file.raw, target: arguments.target, execution.options))
    }
    if nature == .missing, arguments.target != nil {
      throw Fault(.unreadableFile, "\(file.raw): \(String(cString: strerror(ENOENT)))", at: file.span)
    }
    try WorkspaceCommands.open(
      path, shown: file.raw, readOnly: arguments.flag("read-only"), new: arguments.flag("new"), at: file.span, execution
    )
    return .nothing
  }
}

/// An object that `save NAME PATH` writes.
package protocol SavableValue: ObjectValue {
  /// Writes the file and returns a note about it.
  func save(to path: String, shown: String, threads: Int?) throws -> String
}

/// What `open` makes of files that are no workspaces.
enum FileOpeners {
  static func model(_ path: String, shown: String, _ arguments: Arguments, _ execution: Execution) throws -> Value {
    let options = CompilerOptions(threads: execution.state.settings.threads)
    let opened = try Model.open(path, options: options)
    var recipe = TrainingRecipe(opened.training.plan)
    recipe.take(dataForm: opened.dataDescription)
    let model = try ModelValue(opened, recipe: recipe)
    if arguments.target == nil {
      throw arguments.fault(
        .missingArgument, "the model needs a name",
        fix: FileNature.model.advice(path, shown: shown, target: nil, execution.options))
    }
    execution.core.savedModels.insert(model.stamp)
    return .object(model)
  }
}

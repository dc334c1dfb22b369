import Datasets
import Graphs
import VAEngine

/// `save` and `open`: workspaces, and models as safetensors.
enum FileCommands {
  static let all = [save, open]

  private static let save = Command(
    "save", family: .session, summary: "write a model to a file, or the session to a workspace",
    details: """
      A session that is saved goes on in the workspace: every further cell is kept there as it finishes. 'open' reads \
      both back.
      """,
    positionals: [
      Positional(
        "what", .text(placeholder: "a model or 'session'", suggestions: ["session"]), help: "model, or session"),
      Positional("path", .path, help: "the file"),
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
        .wrongKind, "'\(what.raw)' is \(value.kind.phrase), save writes models and the session", at: "what",
        fix: "Write other values with: show \(what.raw) > out.json")
    }
    execution.note(try object.save(to: path, shown: file.raw, threads: execution.state.settings.threads))
    if let model = object as? ModelValue { execution.core.savedModels.insert(model.stamp) }
    return .nothing
  }

  private static let open = Command(
    "open", family: .session, summary: "open a workspace, or a model from a file",
    details: "The name's ending decides: .safetensors is a model, which the statement names (m = open m.safetensors).",
    positionals: [Positional("path", .path, help: "a workspace (.elbodb) or a model (.safetensors)")],
    options: [
      CommandOption("read-only", .flag, default: "no", help: "look without keeping anything"),
      CommandOption("new", .flag, default: "no", help: "make the workspace when there is none"),
    ],
    result: "the model",
    examples: [
      .init("open work.elbodb", "everything as it was left"), .init("m = open digits.safetensors", "a saved model"),
    ]
  ) { arguments, execution in
    guard let file = arguments["path"] else { return .nothing }
    let path = execution.readable(file.raw)
    let fileExtension = path.split(separator: ".").last.map(String.init) ?? ""
    if let opener = FileOpeners.byExtension[fileExtension] { return try opener(path, arguments, execution) }
    try WorkspaceCommands.open(
      path, shown: file.raw, readOnly: arguments.flag("read-only"), new: arguments.flag("new"), at: file.span, execution
    )
    return .nothing
  }
}

/// An object that `save NAME PATH` writes.
package protocol SavableValue: ObjectValue {
  /// Writes the file and returns the remark that says so.
  func save(to path: String, shown: String, threads: Int?) throws -> String
}

/// What `open` makes of files, by their ending.
enum FileOpeners {
  typealias FileOpener = @Sendable (String, Arguments, Execution) throws -> Value
  static let byExtension: [String: FileOpener] = [
    "safetensors": { path, arguments, execution in
      let options = CompilerOptions(threads: execution.state.settings.threads)
      let opened = try Model.open(path, options: options)
      var recipe = TrainingRecipe(opened.training.plan)
      recipe.transforms = try? JSON(parsing: opened.dataDescription).decoded([Transform].self)
      let model = try ModelValue(opened, recipe: recipe)
      if arguments.target == nil {
        throw arguments.fault(.missingArgument, "the model needs a name", fix: "Write: m = open \(path)")
      }
      execution.core.savedModels.insert(model.stamp)
      return .object(model)
    }
  ]
}

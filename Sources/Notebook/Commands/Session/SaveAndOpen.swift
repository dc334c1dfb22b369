import Datasets
import Glibc
import Graphs
import JSONText
import Language
import POSIX
import SessionCore
import Tensors
import VAEngine

/// `save`: models as safetensors or ONNX, the session as a workspace.
struct Save: DeclaredCommand {
  static let about = About(
    "save", family: .session, summary: "write a model to a file, or the session to a workspace",
    details: """
      After 'save session' the session continues in the workspace: every later cell is stored there when it finishes. \
      'open' reads models and workspaces. A model as .onnx is for other programs, such as onnxruntime: any number of examples \
      at a time, x (and one-hot labels) to z_mean and z_log_variance, z to x_mean and x_parameters; the transforms that x \
      has to have had are in its metadata.
      """,
    examples: [
      .init("save m digits.safetensors", "weights with the architecture"),
      .init("save m digits.onnx part=decoder", "the decoder for onnxruntime"),
      .init("save session work.elbodb", "the session as a workspace"),
    ])

  @Argument(
    .text(
      placeholder: "a model or 'session'",
      suggestions: [ValueWord("session", "everything: variables, history, metrics")]),
    completes: .savableVariables, help: "model, or session")
  var what: String
  @Argument(.path, completes: .fileToSave, help: "path of the file") var path: String
  @Option(default: .all, help: ".onnx: what of the model to write") var part: ONNXPart

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    let file = execution.expanded(path)
    guard !$part.isGiven || (what != "session" && file.hasSuffix(".onnx")) else {
      throw $part.fault(
        .badOptionValue, "option 'part' does not apply to \(path)",
        fix: "It applies to models that are written as .onnx.")
    }
    if what == "session" {
      try WorkspaceFile.save(to: file, shown: path, at: $path.span, execution)
      return .nothing
    }
    guard let value = execution.lookup(what) else { throw execution.noVariable(what, at: $what.span) }
    guard case .object(let object as any SavableValue) = value else {
      throw $what.fault(
        .wrongKind, "'\(what)' is \(value.kind.phrase); save writes models and the session",
        fix: "Write other values with: show \(what) > out.json")
    }
    try execution.checkWritable(file, shown: path, at: $path.span)
    if file.hasSuffix(".onnx") {
      execution.note(try ONNXSaving.save(object, part, to: file, shown: path, at: $what, call))
      return .nothing
    }
    execution.note(try object.save(to: file, shown: path, threads: call.threads))
    if let state = object.trainedState { execution.core.savedModels.insert(state) }
    return .nothing
  }
}

/// `open`.
struct Open: DeclaredCommand {
  static let about = About(
    "open", family: .session, summary: "open a workspace, or a model from a file",
    details: """
      The content decides what a file is. The statement names a model that it opens: m = open m.safetensors. Weights that \
      another program trained go into a model of the same architecture: into=m, and map= says which of its layers is which of \
      ours ('summary m' lists them); what PyTorch calls and lays out otherwise is converted.
      """,
    returns: .init(.model, "the model"),
    examples: [
      .init("open work.elbodb", "its variables, history and metrics"),
      .init("m = open digits.safetensors", "a saved model"),
      .init(
        "m2 = open vae.safetensors into=m map=\"encoder.1=fc1 encoder.mean=fc21 …\"", "weights of a PyTorch model"),
    ])

  @Argument(.path, help: "a workspace (.elbodb) or a model (.safetensors)") var path: String
  @Option(name: "read-only", default: false, help: "open without writing to the file") var readOnly: Bool
  @Option(default: false, help: "create the workspace if it does not exist") var new: Bool
  @Option(help: "a model that has the architecture of the weights in a file of another program") var into: ModelValue?
  @Option(
    .text(placeholder: "\"encoder.1=fc1 …\"", suggestions: []), note: "equal names",
    help: "layers of the model and of the file, for into=")
  var map: String?

  func run(_ call: Call) throws -> Value {
    let execution = call.execution
    let file = execution.readable(path)
    if let into { return try weights(file, into, call) }
    guard map == nil else {
      throw $map.fault(
        .missingArgument, "map= needs a model to fill", fix: "Example: m2 = open \(path) into=m map=\"…\"")
    }
    let nature = FileNature(of: file)
    if nature == .model || nature == .tensors || file.hasSuffix(".safetensors") { return try model(file, call) }
    let isNew = new && (nature == .missing || nature == .empty)
    if nature != .workspace, !isNew, access(file, R_OK) == 0, let reason = nature.phrase {
      throw $path.fault(
        .notAWorkspace, "\(path) is not a workspace: \(reason)",
        fix: nature.advice(file, shown: path, target: call.target, execution.options))
    }
    if nature == .missing, call.target != nil {
      throw $path.fault(.unreadableFile, "\(path): \(SystemError(ENOENT))")
    }
    try WorkspaceFile.open(file, shown: path, readOnly: readOnly, new: new, at: $path.span, execution)
    return .nothing
  }

  /// Weights of another program in a model like `into`.
  private func weights(_ file: String, _ into: ModelValue, _ call: Call) throws -> Value {
    let execution = call.execution
    do {
      let (model, unused) = try ForeignWeights(path: file, map: map ?? "").filled(
        into.configuration, options: CompilerOptions(threads: call.threads))
      let value = Value.object(try ModelValue(model, recipe: into.recipe))
      if call.target == nil { execution.set(try execution.variable($into, changedBy: "open"), to: value) }
      if !unused.isEmpty {
        execution.note("not used: \(unused.prefix(6).joined(separator: ", "))\(unused.count > 6 ? ", …" : "")")
      }
      return value
    } catch let error as FileError {
      throw $path.fault(.unreadableFile, error.description, fix: error.fix)
    }
  }

  private func model(_ file: String, _ call: Call) throws -> Value {
    let opened = try Model.open(file, options: CompilerOptions(threads: call.threads))
    var recipe = TrainingRecipe(opened.training.plan)
    recipe.take(dataForm: opened.dataDescription)
    let model = try ModelValue(opened, recipe: recipe)
    if call.target == nil {
      throw call.fault(
        .missingArgument, "the model needs a name",
        fix: FileNature.model.advice(file, shown: path, target: nil, call.execution.options))
    }
    if let state = model.trainedState { call.execution.core.savedModels.insert(state) }
    return .object(model)
  }
}

/// An object that `save NAME PATH` writes.
package protocol SavableValue: ObjectValue {
  /// Writes the file and returns a note about it.
  func save(to path: String, shown: String, threads: Int?) throws -> String
}

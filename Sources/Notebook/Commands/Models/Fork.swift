import SessionCore
import VAEngine

/// `fork`.
struct Fork: DeclaredCommand {
  static let about = About(
    "fork", family: .models, summary: "copy a model with its training state", returns: .init(.model, "the copy"),
    examples: [.init("fork m as=m2", "m2 starts from the state of m"), .init("m2 = fork m", "the same")])

  @Argument(help: "the model") var model: ModelValue
  @Option(name: "as", help: "name of the copy") var copyName: NewName?

  func run(_ call: Call) throws -> Value {
    let copy = Value.object(try model.forked(threads: call.threads))
    if let copyName {
      call.execution.set(copyName.text, to: copy)
    } else if call.target == nil {
      throw call.fault(.missingArgument, "fork needs a name for the copy", fix: "Example: fork m as=m2")
    }
    return copy
  }
}

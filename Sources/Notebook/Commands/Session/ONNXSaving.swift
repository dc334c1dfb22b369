import Interchange
import JSONText
import SessionCore
import Tensors
import Text
import VAEngine

/// What `save m m.onnx` does.
enum ONNXSaving {
  /// - Returns: What was written.
  static func save(
    _ object: any ObjectValue, _ part: ONNXPart, to path: String, shown: String, at what: ArgumentPlace, _ call: Call
  ) throws -> String {
    guard let value = object as? ModelValue else {
      throw what.fault(.formatNotSupported, "only models are written as .onnx")
    }
    let model = try value.model(threads: call.threads)
    model.dataDescription = try value.recipe.dataForm.map { try JSON(encoding: $0).text() } ?? ""
    let file: (bytes: [UInt8], inputs: [String], outputs: [String])
    do { file = try model.onnx(part, version: call.execution.options.version) } catch let error as ONNXError {
      throw what.fault(
        .notSupported, error.description,
        fix: part == .all
          ? "Perhaps part=encoder or part=decoder can be written." : "Use: save \(what.raw) m.safetensors")
    }
    try FileBytes.write(file.bytes, to: path)
    if value.training.step == 0 { call.execution.note("\(what.raw) is not trained") }
    return "wrote \(shown) (\(NumberText.bytes(file.bytes.count))): \(file.inputs.joined(separator: ", ")) → "
      + file.outputs.joined(separator: ", ")
  }
}

extension ONNXPart: Choice {
  package var help: String {
    switch self {
    case .encoder: "x to z_mean and z_log_variance"
    case .decoder: "z to x_mean and x_parameters"
    case .all: "x to all of these, decoded from z_mean"
    }
  }
}

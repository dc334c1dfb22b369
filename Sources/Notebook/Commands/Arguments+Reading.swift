import Language
import SessionCore
import VAEngine

/// For commands that are not types yet.
extension Arguments {
  package func isGiven(_ name: String) -> Bool { self[name]?.span != nil }
  package func integer(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
  package func number(_ name: String) -> Double? { self[name].flatMap { Double($0) } }
  package func flag(_ name: String) -> Bool { self[name].flatMap { Bool($0) } ?? false }
  package func text(_ name: String) -> String? { self[name].flatMap { String($0) } }
  package func size(_ name: String) -> (height: Int, width: Int)? {
    if case .size(let height, let width) = self[name]?.content { return (height, width) }
    return nil
  }
  package func value(_ name: String) -> Value? { self[name].flatMap { Value($0) } }
  package func fault(_ code: ErrorCode, _ message: String, at name: String? = nil, fix: String? = nil) -> Fault {
    Fault(code, message, at: name.flatMap { self[$0]?.span } ?? verbSpan, fix: fix)
  }
  func model(_ name: String) throws -> ModelValue {
    guard let model = self[name].flatMap({ ModelValue($0) }) else {
      throw fault(.wrongKind, "a model is needed", at: name)
    }
    return model
  }
  func dataset(_ name: String) -> DatasetValue? { self[name].flatMap { DatasetValue($0) } }
  func noise(_ name: String) throws -> Noise {
    guard let noise = Noise(text: text(name) ?? "gaussian:0.3") else {
      throw fault(
        .badOptionValue,
        "\(name): expected gaussian:σ, mask:fraction or salt:fraction, got '\(self[name]?.raw ?? "")'", at: name)
    }
    return noise
  }
}

import Tensors
import Text

extension NPZ {
  private static let exampleNames = ["x", "images", "imgs", "data", "features", "arr_0"]
  private static let labelNames = ["y", "labels", "label", "targets", "target", "arr_1"]
  /// Archives with more arrays are not searched for the examples.
  private static let searched = 16
  private static let factorNames = ["factors", "latents_classes"]

  /// The arrays that make a dataset: those requested, or those with unambiguous names and shapes.
  func content(array: String?, labels: String?) throws -> Content {
    if array == nil, labels == nil, let parts = try partsContent() { return parts }
    if array == nil, var sparse = try sparseContent() {
      if let labels { sparse.take(try labelColumn(labels, count: sparse.tensor.shape[0])) }
      return sparse
    }
    let chosen = try array ?? examplesName()
    let tensor = try self.array(chosen)
    guard tensor.shape.rank >= 2 else {
      throw FileError(
        path: path,
        reason: "array '\(chosen)' has shape \(tensor.shape): examples need [N, D], [N, H, W] or [N, C, H, W]",
        fix: "The archive holds: \(NPZ.listed(names)). Choose with array=NAME.")
    }
    var content = Content(tensor: tensor)
    if names.count > 1 { content.notes.append("examples are the array '\(chosen)'") }
    let lower = names.map { $0.lowercased() }
    if let name = labels ?? Self.labelNames.compactMap({ lower.firstIndex(of: $0) }).first.map({ names[$0] }),
      name != chosen
    {
      try takeLabels(name, isAsked: labels != nil, into: &content)
    }
    if let name = Self.factorNames.compactMap({ lower.firstIndex(of: $0) }).first.map({ names[$0] }) {
      content.factors = try Factors(classes: try self.array(name), count: tensor.shape[0])
      if content.factors != nil { content.notes.append("factors are the array '\(name)'") }
    }
    return content
  }

  private func examplesName() throws -> String {
    if names.count == 1 { return names[0] }
    for known in Self.exampleNames { if let name = names.first(where: { $0.lowercased() == known }) { return name } }
    // Checking would require unpacking each array.
    let candidates = names.count > Self.searched ? [] : names.filter { ((try? self.array($0))?.shape.rank ?? 0) >= 2 }
    guard candidates.count == 1, let only = candidates.first else {
      throw FileError(
        path: path, reason: "the archive holds several arrays: \(NPZ.listed(names))",
        fix: "Choose one: array=\(candidates.first ?? names[0])")
    }
    return only
  }

  /// Labels from an array of numbers or texts.
  private func labelColumn(_ name: String, count: Int) throws -> LabelColumn {
    guard let texts = try texts(name) else {
      return try LabelColumn(array(name), count: count, path: "\(path):\(name)")
    }
    guard texts.count == count else { throw Self.mismatch(texts.count, count, "\(path):\(name)") }
    return LabelColumn(texts: texts)
  }

  private func takeLabels(_ name: String, isAsked: Bool, into content: inout Content) throws {
    let count = content.tensor.shape[0]
    let found = Result { try labelColumn(name, count: count) }
    if case .success(let column) = found {
      content.take(column)
      content.notes.append("labels are the array '\(name)'")
      return
    }
    if isAsked { _ = try found.get() }
    let column = try array(name)
    if column.count == count, column.dtype == .int32 { _ = try found.get() }
    if column.shape.rank == 1, column.dtype == .uint8 || column.dtype == .int32 {
      throw FileError(
        path: "\(path):\(name)",
        reason: "\(column.shape) labels for \(count) \(inflected("example", for: count))",
        fix: "There must be one label for every example. Choose others with labels=NAME.")
    }
    // An array that was not requested and cannot contain labels is ignored.
    content.notes.append("array '\(name)' (\(column.shape) \(column.dtype.rawValue)) does not contain labels: ignored")
  }
}

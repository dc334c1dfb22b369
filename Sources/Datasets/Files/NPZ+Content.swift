import Tensors
import Text

extension NPZ {
  private static let exampleNames = ["x", "images", "imgs", "data", "features", "arr_0"]
  private static let labelNames = ["y", "labels", "label", "targets", "target", "arr_1"]
  /// Archives with more arrays are not searched for the examples.
  private static let searched = 16
  private static let factorNames = ["factors", "latents_classes"]
  private static let partNames = [
    ("x_train", "y_train", "x_test", "y_test"),
    ("train_images", "train_labels", "test_images", "test_labels"),
  ]

  /// The arrays that make a dataset: those requested, or those with unambiguous names and shapes.
  func content(array: String?, labels: String?) throws -> Content {
    if array == nil, let both = try trainAndTest() { return both }
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
      let column = try self.array(name)
      let found = Result { () throws(FileError) in
        try LabelColumn(column, count: tensor.shape[0], path: "\(path):\(name)")
      }
      if case .success(let found) = found {
        content.take(found)
        content.notes.append("labels are the array '\(name)'")
      } else if labels != nil || (column.count == tensor.shape[0] && column.dtype == .int32) {
        _ = try found.get()
      } else if column.shape.rank == 1, column.dtype == .uint8 || column.dtype == .int32 {
        throw FileError(
          path: "\(path):\(name)",
          reason: "\(column.shape) labels for \(tensor.shape[0]) \(inflected("example", for: tensor.shape[0]))",
          fix: "There must be one label for every example. Choose others with labels=NAME.")
      } else {
        // An array that was not requested and cannot contain labels is ignored.
        content.notes.append(
          "array '\(name)' (\(column.shape) \(column.dtype.rawValue)) does not contain labels: ignored")
      }
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
    let candidates = names.count > Self.searched ? [] : try names.filter { try self.array($0).shape.rank >= 2 }
    guard candidates.count == 1, let only = candidates.first else {
      throw FileError(
        path: path, reason: "the archive holds several arrays: \(NPZ.listed(names))",
        fix: "Choose one: array=\(candidates.first ?? names[0])")
    }
    return only
  }

  /// Archives such as Keras' `mnist.npz`.
  private func trainAndTest() throws -> Content? {
    for (x, y, xTest, yTest) in Self.partNames where names.contains(x) && names.contains(xTest) {
      let (train, test) = (try array(x), try array(xTest))
      guard train.shape.rank >= 2, train.dtype == test.dtype, train.shape.droppingFirst == test.shape.droppingFirst
      else { continue }
      let (n, m) = (train.shape[0], test.shape[0])
      var content = Content(tensor: try Tensor(joining: train, test))
      content.parts = ["train": 0..<n, "test": n..<n + m]
      if names.contains(y), names.contains(yTest) {
        var both: [Double] = []
        for (name, rows) in [(y, n), (yTest, m)] {
          let place = "\(path):\(name)"
          both += try LabelColumn(array(name), count: rows, path: place).labels.map(Double.init)
        }
        content.labels = both.map { Int32($0) }
      }
      return content
    }
    return nil
  }
}

extension Tensor {
  /// Rows of one tensor behind those of another.
  ///
  /// - Precondition: types and row shapes agree.
  init(joining first: Tensor, _ second: Tensor) throws {
    let shape = Shape([first.shape[0] + second.shape[0]] + first.shape.droppingFirst.dimensions)
    self = try Tensor(zeros: shape, dtype: first.dtype)
    try withUnsafeMutableBytes { to in
      first.withUnsafeBytes { to.copyBytes(from: $0) }
      second.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: to[first.byteCount...]).copyBytes(from: $0) }
    }
  }
}

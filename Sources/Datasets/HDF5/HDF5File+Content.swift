import Tensors
import Text

extension HDF5File {
  private static let exampleNames = ["x", "images", "imgs", "image", "data", "features"]
  private static let labelNames = ["y", "labels", "label", "targets", "target", "classes"]
  private static let factorNames = ["factors", "labels", "latents_classes", "latents_values", "latents"]

  /// The arrays that make a dataset: those requested, or those with unambiguous names and shapes.
  func content(array: String?, labels: String?, target: String?) throws -> Content {
    if array == nil, object("obs") != nil, object("X") != nil { return try cells(target: target) }
    if target != nil {
      throw FileError(
        path: path, reason: "target= is for tables and .h5ad files", fix: "Name the array of labels: labels=NAME")
    }
    let all = arrays()
    let numeric = all.filter { $0.object.isNumeric }
    if array == nil, labels == nil, let parts = try parts(numeric.map(\.name)) { return parts }
    let chosen = try array ?? examplesName(numeric)
    var content = Content(tensor: try examples(chosen))
    let count = content.tensor.shape.dimensions.first ?? 0
    content.notes.append("examples are the array '\(chosen)'")
    if isMATLAB {
      content.notes.append("axes in the opposite order, as MATLAB writes them: read as \(content.tensor.shape)")
    }
    func leaf(_ name: String) -> String { name.split(separator: "/").last.map { $0.lowercased() } ?? name }
    let named = labels ?? all.first { Self.labelNames.contains(leaf($0.name)) && $0.name != chosen }?.name
    if let named {
      if let factors = try factors(named, count: count) {
        content.factors = factors
        content.notes.append("factors are the array '\(named)'")
      } else {
        content.take(try labelColumn(named, count: count))
        content.notes.append("labels are the array '\(named)'")
      }
    }
    if content.factors == nil,
      let other = all.first(where: { Self.factorNames.contains(leaf($0.name)) && $0.name != chosen && $0.name != named }
      ),
      let factors = try factors(other.name, count: count)
    {
      content.factors = factors
      content.notes.append("factors are the array '\(other.name)'")
    }
    return content
  }

  private func examplesName(_ numeric: [(name: String, object: Object)]) throws -> String {
    let candidates = numeric.filter { $0.object.extents.count >= 2 && $0.object.extents.allSatisfy { $0 > 0 } }
    for known in Self.exampleNames {
      if let found = candidates.first(where: { $0.name.split(separator: "/").last?.lowercased() == known }) {
        return found.name
      }
    }
    guard candidates.count == 1, let only = candidates.first else {
      let listed = candidates.map { "\($0.name) (\($0.object.extents.map(String.init).joined(separator: "×")))" }
      guard let first = candidates.first else {
        throw FileError(
          path: path, reason: "the file holds no array of examples", fix: "Examples are rows: [N, D] or [N, H, W].")
      }
      throw FileError(
        path: path, reason: "the file holds several arrays: \(NPZ.listed(listed))",
        fix: "Choose one: array=\(first.name)")
    }
    return only.name
  }

  /// The examples along the first axis: MATLAB's axes are turned around.
  private func examples(_ name: String) throws -> Tensor {
    let tensor = try numbers(name)
    guard tensor.shape.rank >= 2 else {
      throw FileError(
        path: path,
        reason: "array '\(name)' has shape \(tensor.shape): examples need [N, D], [N, H, W] or [N, C, H, W]",
        fix: "Choose another: array=NAME")
    }
    guard isMATLAB else { return tensor }
    // Images that lie along MATLAB's last axis come first here, each with rows and columns exchanged.
    let extents = tensor.shape.dimensions
    let last = tensor.shape.rank - 1
    if tensor.shape.rank > 2, extents[0] >= extents[last] {
      return try tensor.permuted(Array(0..<last - 1) + [last, last - 1])
    }
    return try tensor.permuted(Array((0...last).reversed()))
  }

  private func labelColumn(_ name: String, count: Int) throws -> LabelColumn {
    guard object(name)?.kind == .texts else {
      return try LabelColumn(numbers(name), count: count, path: "\(path):\(name)")
    }
    let texts = try texts(name)
    guard texts.count == count else { throw NPZ.mismatch(texts.count, count, "\(path):\(name)") }
    return LabelColumn(texts: texts)
  }

  /// Factors of an array `[N, F]` of a few values each, such as the labels of 3D Shapes.
  private func factors(_ name: String, count: Int) throws -> Factors? {
    guard let object = object(name), object.isNumeric, object.extents.count == 2, object.extents[0] == count,
      (2...64).contains(object.extents[1])
    else { return nil }
    let values = try numbers(name).doubles()
    let width = object.extents[1]
    var (factors, classes): ([Factors.Factor], [Int32]) = ([], [Int32](repeating: 0, count: values.count))
    for column in 0..<width {
      let own = stride(from: column, to: values.count, by: width).map { values[$0] }
      let distinct = Set(own).sorted()
      guard distinct.count <= 1000, !own.contains(where: \.isNaN) else { return nil }
      let order = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Int32($0)) })
      for row in 0..<count { classes[row * width + column] = order[own[row]] ?? 0 }
      let name = Self.shapeFactors.count == width ? Self.shapeFactors[column] : "factor\(column)"
      factors.append(.init(name: name, values: distinct.map { Float($0) }))
    }
    return Factors(factors, classes: classes)
  }

  /// Of 3D Shapes (Burgess and Kim 2018), the one file with six of them.
  private static let shapeFactors = ["floor_hue", "wall_hue", "object_hue", "scale", "shape", "orientation"]

  private func parts(_ names: [String]) throws -> Content? {
    let found = NPZParts(names).parts
    guard found.count > 1, found[0].name == "train" else { return nil }
    let tensors = try found.map { try examples($0.examples ?? "") }
    guard
      tensors.allSatisfy({ $0.dtype == tensors[0].dtype && $0.shape.droppingFirst == tensors[0].shape.droppingFirst })
    else { return nil }
    var content = Content(tensor: try Tensor(joining: tensors))
    var (start, numbers): (Int, [Double]) = (0, [])
    for (part, tensor) in zip(found, tensors) {
      let count = tensor.shape[0]
      content.parts[part.name] = start..<start + count
      start += count
      numbers +=
        try part.labels.map { try labelColumn($0, count: count).values } ?? [Double](repeating: .nan, count: count)
    }
    content.notes.append(
      "parts: " + found.map { "\($0.name) (\(content.parts[$0.name]?.count ?? 0))" }.joined(separator: ", "))
    if let column = try? LabelColumn(numbers: numbers), column.labels.contains(where: { $0 >= 0 }) {
      content.take(column)
    }
    return content
  }

  /// Cells of AnnData (`.h5ad`): X dense or sparse, genes as columns, a column of `obs` as labels.
  private func cells(target: String?) throws -> Content {
    var content = Content(tensor: try matrix("X"))
    let count = content.tensor.shape[0]
    if let genes = try names(of: "var"), genes.count == content.tensor.shape[1], Set(genes).count == genes.count {
      content.columns = genes
    }
    let columns = children(of: "obs").filter { !$0.hasPrefix("_") && $0 != "index" }
    content.notes.append("cells are the rows of 'X', \(count) × \(content.tensor.shape[1]) genes")
    guard let target else {
      if !columns.isEmpty {
        content.notes.append("obs has \(columns.prefix(12).joined(separator: ", ")): target=\(columns[0]) makes labels")
      }
      return content
    }
    guard columns.contains(target) else {
      throw FileError(
        path: path, reason: "no column '\(target)' in obs for target=", fix: "Columns: \(NPZ.listed(columns))")
    }
    let name = "obs/\(target)"
    if object(name)?.kind == .group {
      content.take(try categorical(codes: "\(name)/codes", categories: "\(name)/categories", count: count))
    } else if object("obs/__categories/\(target)") != nil {
      content.take(try categorical(codes: name, categories: "obs/__categories/\(target)", count: count))
    } else {
      content.take(try labelColumn(name, count: count))
    }
    content.notes.append("labels are the column '\(target)' of obs")
    return content
  }

  private func categorical(codes: String, categories: String, count: Int) throws -> LabelColumn {
    let names: [String] =
      object(categories)?.kind == .texts ? try texts(categories) : try numbers(categories).doubles().map { "\($0)" }
    let codes = try numbers(codes).doubles()
    guard codes.count == count else { throw NPZ.mismatch(codes.count, count, path) }
    return LabelColumn(texts: codes.map { names.indices.contains(Int($0)) ? names[Int($0)] : "" })
  }

  /// The names of rows or columns of AnnData.
  private func names(of group: String) throws -> [String]? {
    let index = attribute("_index", of: group) ?? "_index"
    guard object("\(group)/\(index)")?.kind == .texts else { return nil }
    return try texts("\(group)/\(index)")
  }

  private func matrix(_ name: String) throws -> Tensor {
    guard object(name)?.kind == .group else {
      let tensor = try numbers(name)
      guard tensor.shape.rank == 2 else {
        throw FileError(
          path: path, reason: "'\(name)' is \(tensor.shape), not a matrix", fix: "Choose an array: array=NAME")
      }
      return tensor
    }
    let format = attribute("encoding-type", of: name) ?? attribute("h5sparse_format", of: name) ?? ""
    guard let extents = integers("shape", of: name) ?? integers("h5sparse_shape", of: name), extents.count == 2,
      let shape = Shape(validating: extents), shape.count < Gzip.limit / 4,
      format.hasPrefix("csr") || format.hasPrefix("csc")
    else {
      throw FileError(
        path: path, reason: "'\(name)' is no matrix that fits into memory (\(format))",
        fix: "Save fewer genes or cells.")
    }
    let values = try numbers("\(name)/data").doubles()
    let inner = try numbers("\(name)/indices").doubles().map { Int($0) }
    let outer = NPZ.expanded(try numbers("\(name)/indptr").doubles().map { Int($0) }, count: inner.count)
    let (rows, columns) = format.hasPrefix("csr") ? (outer, inner) : (inner, outer)
    return try NPZ.dense(values, rows: rows, columns: columns, shape: shape, path: path)
  }
}

extension Tensor {
  /// Axes in another order, copied.
  func permuted(_ order: [Int]) throws -> Tensor {
    let strides = order.map { shape.strides[$0] }
    var result = try Tensor(zeros: Shape(order.map { shape[$0] }), dtype: dtype)
    let (size, permuted) = (dtype.size, result.shape)
    try withUnsafeBytes { from in
      try result.withUnsafeMutableBytes { to in
        guard let source = from.baseAddress, let target = to.baseAddress else { return }
        permuted.forEachLine(strides: strides) { first, place in
          for column in 0..<permuted[-1] {
            let from = source + (place + column * (strides.last ?? 0)) * size
            (target + (first + column) * size).copyMemory(from: from, byteCount: size)
          }
        }
      }
    }
    return result
  }
}

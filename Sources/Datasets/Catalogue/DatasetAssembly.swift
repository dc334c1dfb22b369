import Tensors

/// Creates a dataset from the content of a file: checks shapes, the order of channels, and values that are not finite.
struct DatasetAssembly {
  let path: String
  /// The height and width of images that are stored as rows of numbers.
  let shape: [Int]?
  /// Whether NaN is a missing value that is kept.
  let keepsMissing: Bool
  /// Arrays up to this size are checked completely; of larger ones, which stay on disk, only the first part.
  static let checkedBytes = 256 << 20

  func dataset(_ content: Content, name: String, source: String) throws -> Dataset {
    var content = content
    let rank = content.tensor.shape.rank
    guard rank >= 2 else {
      throw FileError(
        path: path, reason: "shape \(content.tensor.shape) holds no examples",
        fix: "Examples are rows: [N, D], [N, H, W] or [N, C, H, W].")
    }
    guard content.tensor.count > 0 else {
      throw FileError(
        path: path, reason: "shape \(content.tensor.shape) is empty: it has no examples",
        fix: "Check the program that wrote the file.")
    }
    guard content.tensor.shape[0] <= Int(Int32.max) else {
      throw FileError(
        path: path, reason: "\(content.tensor.shape[0]) examples are more than \(Int32.max)",
        fix: "Save them in several files.")
    }
    let isLarge = content.tensor.byteCount > Self.checkedBytes
    content.tensor = try imaged(content.tensor, &content.notes)
    try checkFinite(content.tensor, &content.notes)
    defer { if isLarge { content.tensor.storage.releasePages() } }
    let isBinary = content.tensor.dtype == .uint8 && largestByte(content.tensor) <= 1
    var dataset = Dataset(
      name: name, source: source, storage: content.tensor, labels: content.labels, labelNames: content.labelNames,
      parts: content.parts)
    dataset.factors = content.factors
    dataset.columns = content.columns
    if let scale = content.scale { dataset = try dataset.replacing(transforms: [.scale(scale)]) }
    if isBinary {
      dataset = try dataset.replacing(transforms: [])
      if !isLarge { content.notes.append("the values are 0 and 1: not scaled") }
    }
    if content.tensor.dtype == .uint8, !isBinary, !isLarge, let largest = rangeOfBytes(content.tensor) {
      content.notes.append(
        "the largest value is \(largest), of bytes: scaled by 1/255 all stay below \(Self.short(Double(largest) / 255)); "
          + "transform d scale=\(Self.short(255 / Double(largest))) makes 1 of \(largest)")
    }
    dataset.notes = content.notes
    return dataset
  }

  /// `[N, C, H, W]` from `[N, H, W]`, from channels last, or from rows with the height and width asked for.
  private func imaged(_ tensor: Tensor, _ notes: inout [String]) throws -> Tensor {
    let extents = tensor.shape.dimensions
    if let shape {
      let size = extents.dropFirst().reduce(1, *)
      guard shape.count == 2, extents.count <= 3, size % (shape[0] * shape[1]) == 0 else {
        throw FileError(
          path: path,
          reason:
            "examples of \(tensor.shape.droppingFirst) are not images of \(shape.map(String.init).joined(separator: "×"))",
          fix: "shape=HxW is for rows of H·W numbers, or C·H·W with the planes one after another; shape=1xL for series."
        )
      }
      let planes = tensor.reshaped(to: [extents[0], size / (shape[0] * shape[1]), shape[0], shape[1]])
      guard tensor.dtype == .float32, tensor.byteCount <= Self.checkedBytes, isBytes(tensor) else { return planes }
      notes.append("the values are integers from 0 to 255: kept as bytes, scaled by 1/255")
      return try Tensor(tensor.elements(as: Float.self).map { UInt8($0) }, shape: planes.shape)
    }
    if extents.count > 4 {
      let row = tensor.shape.droppingFirst
      notes.append("examples of \(row) are taken as rows of \(row.count) numbers")
      return tensor.reshaped(to: [extents[0], row.count])
    }
    if extents.count == 3, extents[1] <= 16, extents[2] >= 4 * extents[1] {
      notes.append(
        "examples of \(extents[1])×\(extents[2]) are taken as gray images; "
          + "shape=1x\(extents[2]) makes series of \(extents[1]) channels of them")
    }
    if extents.count == 3 { return tensor.reshaped(to: [extents[0], 1, extents[1], extents[2]]) }
    guard extents.count == 4, ![1, 3, 4].contains(extents[1]), [1, 3].contains(extents[3]) else { return tensor }
    if extents[3] == 1 { return tensor.reshaped(to: [extents[0], 1, extents[1], extents[2]]) }
    notes.append("channels-last images (\(tensor.shape)): channels moved to the front")
    return try tensor.channelsFirst()
  }

  private func isBytes(_ tensor: Tensor) -> Bool {
    tensor.withElements(of: Float.self) { values in
      var largest: Float = 0
      for value in values {
        guard value >= 0, value <= 255, value.rounded() == value else { return false }
        largest = max(largest, value)
      }
      return largest > 1
    }
  }

  /// The largest of bytes that use a small part of their range, as digits of 0 to 16 do; nil of others.
  private func rangeOfBytes(_ tensor: Tensor) -> UInt8? {
    let largest = tensor.withElements(of: UInt8.self) { $0.max() ?? 0 }
    return (2..<64).contains(largest) ? largest : nil
  }

  private static func short(_ value: Double) -> String {
    let text = String((value * 1e4).rounded() / 1e4)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private func largestByte(_ tensor: Tensor) -> UInt8 {
    tensor.withUnsafeBytes { bytes in
      // Real images show a 2 within the first; only 0/1 data are read to the end.
      for start in stride(from: 0, to: min(bytes.count, Self.checkedBytes), by: 1 << 16) {
        let part = bytes[start..<min(start + 1 << 16, bytes.count)]
        if let largest = part.max(), largest > 1 { return largest }
      }
      return 1
    }
  }

  private func isMissing(_ tensor: Tensor, _ index: Int) -> Bool {
    switch tensor.dtype {
    case .float32: tensor.withElements(of: Float.self) { $0[index].isNaN }
    case .float64: tensor.withElements(of: Double.self) { $0[index].isNaN }
    case .int32, .uint8: false
    }
  }

  private func checkFinite(_ tensor: Tensor, _ notes: inout [String]) throws {
    let limit = min(tensor.count, Self.checkedBytes / tensor.dtype.size)
    func firstBad<Element: TensorElement & BinaryFloatingPoint>(_ type: Element.Type) throws -> Int? {
      try tensor.withElements(of: type) { values in
        for start in stride(from: 0, to: limit, by: 4096) {
          try Stopping.check()
          let end = min(start + 4096, limit)
          // x − x is 0 for numbers alone; one comparison for a block.
          var sum: Element = 0
          for index in start..<end { sum += values[index] - values[index] }
          guard sum != 0 else { continue }
          if let bad = (start..<end).first(where: { keepsMissing ? values[$0].isInfinite : !values[$0].isFinite }) {
            return bad
          }
        }
        return nil
      }
    }
    let bad: Int? =
      switch tensor.dtype {
      case .float32: try firstBad(Float.self)
      case .float64: try firstBad(Double.self)
      case .int32, .uint8: nil
      }
    if let bad {
      let size = tensor.shape.droppingFirst.count
      throw FileError(
        path: path, reason: "example \(bad / size), element \(bad % size) is not a finite number",
        fix: isMissing(tensor, bad)
          ? "Use missing=keep to train on what is observed, or missing=drop, missing=mean or missing=zero to fill them."
          : "Replace it before saving: numpy.nan_to_num(x).")
    }
    if limit < tensor.count, tensor.dtype == .float32 || tensor.dtype == .float64 {
      notes.append("looked for NaN in the first \(Self.checkedBytes >> 20) MiB; 'describe' reads everything")
    }
  }
}

extension Tensor {
  /// `[N, H, W, C]` as `[N, C, H, W]`, copied.
  func channelsFirst() throws -> Tensor {
    let (n, h, w, c) = (shape[0], shape[1], shape[2], shape[3])
    var result = try Tensor(zeros: [n, c, h, w], dtype: dtype)
    let size = dtype.size
    try withUnsafeBytes { from in
      try result.withUnsafeMutableBytes { to in
        guard let source = from.baseAddress, let target = to.baseAddress else { return }
        for image in 0..<n {
          try Stopping.check()
          for channel in 0..<c {
            for pixel in 0..<h * w {
              let out = ((image * c + channel) * h * w + pixel) * size
              (target + out).copyMemory(
                from: source + ((image * h * w + pixel) * c + channel) * size, byteCount: size)
            }
          }
        }
      }
    }
    return result
  }
}

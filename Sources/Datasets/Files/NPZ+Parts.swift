import Tensors
import Text

/// Archives whose arrays are parts: Keras' `x_train` and `y_test`, MedMNIST's `val_images` and `val_labels`.
struct NPZParts {
  /// Names of the arrays of one part.
  struct Part {
    let name: String
    var examples: String?
    var labels: String?
  }

  private(set) var parts: [Part] = []
  private static let order = ["train", "validation", "test"]
  private static let exampleWords: Set<String> = [
    "", "x", "images", "image", "imgs", "data", "features", "samples", "input", "inputs",
  ]
  private static let labelWords: Set<String> = ["y", "labels", "label", "targets", "target", "classes", "class"]

  init(_ names: [String]) {
    var found: [String: Part] = [:]
    for name in names {
      guard let (part, word) = Self.words(of: name) else { continue }
      var own = found[part] ?? Part(name: part)
      if Self.exampleWords.contains(word), own.examples == nil {
        own.examples = name
      } else if Self.labelWords.contains(word), own.labels == nil {
        own.labels = name
      }
      found[part] = own
    }
    parts = Self.order.compactMap { found[$0] }.filter { $0.examples != nil }
  }

  /// The part and what is left of a name: `x_train`, `train_images`, `Xtrain`, `trainX`.
  private static func words(of name: String) -> (part: String, word: String)? {
    let words = name.lowercased().split(whereSeparator: { "_-. /".contains($0) }).map(String.init)
    if let at = words.firstIndex(where: { ImageTree.part(named: $0) != nil }),
      let part = ImageTree.part(named: words[at])
    {
      return (part, (words[..<at] + words[(at + 1)...]).joined(separator: "_"))
    }
    guard words.count == 1, let word = words.first else { return nil }
    for letter in ["x", "y"] {
      if word.hasPrefix(letter), let part = ImageTree.part(named: String(word.dropFirst())) { return (part, letter) }
      if word.hasSuffix(letter), let part = ImageTree.part(named: String(word.dropLast())) { return (part, letter) }
    }
    return nil
  }
}

extension NPZ {
  /// The examples of all parts, one after another; nil where the archive has no two of them that fit together.
  func partsContent() throws -> Content? {
    let found = NPZParts(names).parts
    guard found.count > 1, found[0].name == "train" else { return nil }
    let tensors = try found.map { try array($0.examples ?? "") }
    let first = tensors[0]
    guard first.shape.rank >= 2,
      tensors.allSatisfy({
        $0.dtype == first.dtype && $0.shape.rank == first.shape.rank
          && $0.shape.droppingFirst == first.shape.droppingFirst
      })
    else { return nil }
    var content = Content(tensor: try Tensor(joining: tensors))
    var start = 0
    for (part, tensor) in zip(found, tensors) {
      content.parts[part.name] = start..<start + tensor.shape[0]
      start += tensor.shape[0]
    }
    content.notes.append(
      "parts: " + found.map { "\($0.name) (\(content.parts[$0.name]?.count ?? 0))" }.joined(separator: ", "))
    try takeLabels(of: found, into: &content)
    let used = Set(found.flatMap { [$0.examples, $0.labels].compactMap { $0 } })
    let others = names.filter { !used.contains($0) }
    if !others.isEmpty { content.notes.append("not read: \(NPZ.listed(others))") }
    return content
  }

  private func takeLabels(of found: [NPZParts.Part], into content: inout Content) throws {
    guard found.contains(where: { $0.labels != nil }) else { return }
    var (numbers, texts): ([Double], [String]) = ([], [])
    for part in found {
      let count = content.parts[part.name]?.count ?? 0
      guard let name = part.labels else {
        numbers += [Double](repeating: .nan, count: count)
        texts += [String](repeating: "", count: count)
        content.notes.append("part '\(part.name)' has no labels")
        continue
      }
      if let own = try self.texts(name) {
        guard own.count == count else { throw Self.mismatch(own.count, count, "\(path):\(name)") }
        texts += own
        numbers += [Double](repeating: .nan, count: count)
      } else {
        let column = try LabelColumn(array(name), count: count, path: "\(path):\(name)")
        numbers += column.values
        texts += column.values.map { $0.isNaN ? "" : String(Int($0)) }
      }
    }
    if numbers.contains(where: { !$0.isNaN }) {
      do { content.take(try LabelColumn(numbers: numbers)) } catch {
        throw FileError(
          path: path, reason: "label \(error.index) is not an integer", fix: "Labels are classes: 0, 1, 2 …")
      }
    } else {
      content.take(LabelColumn(texts: texts))
    }
  }

  static func mismatch(_ labels: Int, _ examples: Int, _ path: String) -> FileError {
    FileError(
      path: path, reason: "\(labels) labels for \(examples) \(inflected("example", for: examples))",
      fix: "There must be one label for every example, in the same order.")
  }
}

extension Tensor {
  /// Rows of tensors, one after another.
  ///
  /// - Precondition: types and row shapes agree.
  init(joining tensors: [Tensor]) throws {
    let first = tensors[0]
    let rows = tensors.reduce(0) { $0 + $1.shape[0] }
    self = try Tensor(zeros: Shape([rows] + first.shape.droppingFirst.dimensions), dtype: first.dtype)
    try withUnsafeMutableBytes { to in
      var start = 0
      for tensor in tensors {
        tensor.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(rebasing: to[start..<start + $0.count]).copyBytes(from: $0)
        }
        start += tensor.byteCount
      }
    }
  }
}

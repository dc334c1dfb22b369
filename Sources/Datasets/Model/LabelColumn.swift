import Tensors
import Text

/// One label per example, from whatever a file has for them.
struct LabelColumn {
  /// Labels from 0; `ClassTable.unlabeled` for an example without one.
  private(set) var labels: [Int32]
  /// Names by label; empty where the numbers of the file are the labels.
  private(set) var names: [String] = []
  private(set) var notes: [String] = []

  /// The numbers that were read, NaN for none.
  var values: [Double] {
    labels.map { $0 < 0 ? .nan : names.isEmpty ? Double($0) : Double(names[Int($0)]) ?? Double($0) }
  }

  /// A number that cannot be a label.
  struct BadLabel: Error {
    let index: Int
  }

  /// Labels up to this are kept as they are.
  static let limit = 1 << 20

  /// Labels from numbers: NaN and −1 stand for none. Where −1 has other negative numbers beside it, or nothing but 1, it
  /// is a class; those numbers, and numbers beyond `limit`, become names.
  init(numbers: [Double]) throws(BadLabel) {
    if let bad = numbers.firstIndex(where: { !$0.isNaN && ($0 != $0.rounded() || abs($0) >= 0x1p53) }) {
      throw BadLabel(index: bad)
    }
    let present = Set(numbers.lazy.filter { !$0.isNaN }).sorted()
    let isPlain = present.allSatisfy { $0 >= -1 && $0 < Double(Self.limit) } && present != [-1, 1]
    if isPlain {
      labels = numbers.map { $0.isNaN ? ClassTable.unlabeled : Int32($0) }
      return
    }
    let order = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, Int32($0)) })
    labels = numbers.map { order[$0] ?? ClassTable.unlabeled }
    names = present.map { String(Int($0)) }
    if present.first == -1 { notes.append("labels -1 and 1 are two classes") }
  }

  /// Labels from texts, numbered in alphabetical order; an empty one stands for none.
  init(texts: [String]) {
    names = Set(texts.lazy.filter { !$0.isEmpty }).sorted()
    let order = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
    labels = texts.map { order[$0] ?? ClassTable.unlabeled }
  }

  /// Labels from an array of integers `[N]`, or of one-hot rows `[N, K]`.
  ///
  /// - Throws: `FileError` that names the file when the number or the type does not fit.
  init(_ array: Tensor, count: Int, path: String) throws(FileError) {
    if let classes = Self.oneHot(array, count: count) {
      labels = classes
      notes.append("labels are one-hot rows of \(array.shape[1])")
      return
    }
    let extents = array.shape.dimensions.filter { $0 != 1 }
    guard array.count == count, extents.count <= 1 else {
      throw FileError(
        path: path, reason: "\(array.shape) labels for \(count) \(inflected("example", for: count))",
        fix: "There must be one label for every example, in the same order.")
    }
    do { self = try LabelColumn(numbers: array.doubles()) } catch {
      throw FileError(
        path: path, reason: "the label of example \(error.index) is not an integer",
        fix: "Labels are classes: 0, 1, 2 …"
      )
    }
    try refuseNone(path)
  }

  /// The same labels, example `order[i]` having the i-th of them.
  func reordered(_ order: [Int], by name: String) -> LabelColumn {
    var other = self
    for (row, example) in order.enumerated() { other.labels[example] = labels[row] }
    other.notes.append("labels are in the order of column '\(name)'")
    return other
  }

  /// Labels of `count` examples, the i-th label for example `places[i]`.
  func placed(_ places: [Int?], count: Int, by name: String) -> LabelColumn {
    var other = self
    other.labels = [Int32](repeating: ClassTable.unlabeled, count: count)
    for (row, place) in places.enumerated() { if let place { other.labels[place] = labels[row] } }
    let without = other.labels.count { $0 < 0 }
    other.notes.append(
      "labels are found by file name, column '\(name)'"
        + (without > 0 ? "; \(without) of \(count) files have none" : ""))
    return other
  }

  /// - Throws: `FileError` when no example has a label.
  func refuseNone(_ path: String) throws(FileError) {
    guard !labels.contains(where: { $0 >= 0 }) else { return }
    throw FileError(
      path: path, reason: "no example has a label: -1 and empty stand for none",
      fix: "Omit labels= or target=, or label some of the examples.")
  }

  /// Class of each one-hot row; nil when the array holds something else.
  private static func oneHot(_ array: Tensor, count: Int) -> [Int32]? {
    guard array.shape.rank == 2, array.shape[0] == count, array.shape[1] > 1, count > 0 else { return nil }
    let width = array.shape[1]
    let values = array.doubles()
    var classes: [Int32] = []
    classes.reserveCapacity(count)
    for row in 0..<count {
      var hot: Int32?
      for column in 0..<width {
        switch values[row * width + column] {
        case 0: continue
        case 1 where hot == nil: hot = Int32(column)
        default: return nil
        }
      }
      guard let hot else { return nil }
      classes.append(hot)
    }
    return classes
  }
}

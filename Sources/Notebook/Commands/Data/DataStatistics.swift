import Datasets
import Tensors

/// Mean, deviation and range over all elements, transforms applied.
struct DataStatistics {
  var mean = 0.0
  var deviation = 0.0
  var low = Double.infinity
  var high = -Double.infinity
  var zeroShare = 0.0

  /// - Throws: `FileError` that names the first example with a value that is not finite.
  init(_ dataset: Dataset, progress: (Double) throws -> Void) throws {
    var (sum, squares, zeros, count) = (0.0, 0.0, 0, 0)
    let size = max(dataset.exampleShape.count, 1)
    let rows = dataset.rowsAtOnce
    for start in stride(from: 0, to: dataset.count, by: rows) {
      let end = min(start + rows, dataset.count)
      let batch = try dataset.examples(Array(start..<end))
      try batch.withElements(of: Float.self) { elements in
        for (position, value) in elements.enumerated() {
          guard value.isFinite else {
            throw FileError(
              path: dataset.name, reason: "example \(start + position / size) contains a value that is not finite",
              fix: "Replace it in the source data.")
          }
          let x = Double(value)
          sum += x
          squares += x * x
          low = min(low, x)
          high = max(high, x)
          if x == 0 { zeros += 1 }
        }
        count += elements.count
      }
      try progress(Double(end) / Double(dataset.count))
    }
    guard count > 0 else { return }
    mean = sum / Double(count)
    deviation = max(0, squares / Double(count) - mean * mean).squareRoot()
    zeroShare = Double(zeros) / Double(count)
  }
}

/// Mean and deviation for each channel of images or each column of tables, transforms applied.
struct GroupStatistics {
  private(set) var means: [Float] = []
  private(set) var deviations: [Float] = []

  init(_ dataset: Dataset) throws {
    let shape = dataset.exampleShape
    let groups = shape.rank == 3 ? shape[0] : shape.count
    let width = shape.count / max(groups, 1)
    var sums = [Double](repeating: 0, count: groups)
    var squares = [Double](repeating: 0, count: groups)
    let rows = dataset.rowsAtOnce
    for start in stride(from: 0, to: dataset.count, by: rows) {
      try Stopping.check()
      let batch = try dataset.examples(Array(start..<min(start + rows, dataset.count)))
      batch.withElements(of: Float.self) { elements in
        for (position, value) in elements.enumerated() {
          let group = position % shape.count / width
          sums[group] += Double(value)
          squares[group] += Double(value) * Double(value)
        }
      }
    }
    let count = Double(max(dataset.count * width, 1))
    for group in 0..<groups {
      let mean = sums[group] / count
      means.append(Float(mean))
      // A column that never changes becomes 0.
      let deviation = Float(max(0, squares[group] / count - mean * mean).squareRoot())
      deviations.append(deviation > 1e-8 ? deviation : 1)
    }
  }
}

extension Dataset {
  /// The number of examples processed together: a few megabytes.
  fileprivate var rowsAtOnce: Int { min(1000, max(1, (1 << 20) / max(exampleShape.count, 1))) }
}

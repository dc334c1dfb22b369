import Graphs
import Tensors

/// ‖a − b‖² between the rows of a few vectors and all rows of a table, as one matrix product:
/// `‖a‖² + ‖b‖² − 2 a·b`, not below 0, relative to the mean of the table: far from 0 the norms would be much larger
/// than the distances and cancellation would lose digits. Its rounding is about 1e-6 of ‖a‖² + ‖b‖².
struct Distances {
  private static let chunk = 256
  private let program: Program
  private let rows: Int
  let count: Int
  /// The mean of the table's rows.
  private let middle: [Float]

  /// - Parameter table: `[M, D]`.
  init(to table: Tensor, options: CompilerOptions) throws {
    let (m, d) = (table.shape[0], table.shape[1])
    (rows, count) = (Self.chunk, m)
    let graph = Graph()
    let a = try graph.input("a", [rows, d])
    let b = try graph.input("b", [m, d])
    let norms = try graph.input("norms", [1, m])
    let product = try matmul(a, b, transposeB: true)
    let squares = try square(a).sum([1], keepingAxes: true) + norms
    let distances = relu(try squares - product * 2)
    program = try Program(graph, outputs: [("distances", distances)], options: options)
    let values = table.elements(as: Float.self)
    let middle = (0..<d).map { j in
      Float((0..<m).reduce(0.0) { $0 + Double(values[$1 * d + j]) } / Double(max(m, 1)))
    }
    self.middle = middle
    let (centered, lengths) = (program.input("b"), program.input("norms"))
    for row in 0..<m {
      var norm: Float = 0
      for j in 0..<d {
        let x = values[row * d + j] - middle[j]
        centered[row * d + j] = x
        norm += x * x
      }
      lengths[row] = norm
    }
  }

  /// Calls `body` with the index of each row of `queries` and its distances to the table.
  ///
  /// - Throws: `Stopped`, between two chunks.
  func forEachRow(of queries: Tensor, _ body: (Int, UnsafeBufferPointer<Float>) -> Void) throws {
    let (n, d) = (queries.shape[0], queries.shape[1])
    try queries.withElements(of: Float.self) { elements in
      for begin in stride(from: 0, to: n, by: rows) {
        try Stopping.check()
        let valid = min(rows, n - begin)
        let input = program.input("a")
        for i in 0..<valid * d { input[i] = elements[begin * d + i] - middle[i % d] }
        program.run()
        let output = program.output("distances")
        for row in 0..<valid {
          body(begin + row, UnsafeBufferPointer(rebasing: output[row * count..<(row + 1) * count]))
        }
      }
    }
  }

  /// The `k` smallest of a row, nearest first; equal distances in the order of their indices.
  static func nearest(_ distances: UnsafeBufferPointer<Float>, _ k: Int, skipping: Int? = nil) -> [(Float, Int)] {
    var best: [(Float, Int)] = []
    best.reserveCapacity(k + 1)
    var limit = Float.infinity
    for (index, distance) in distances.enumerated() where distance < limit || best.count < k {
      if index == skipping { continue }
      let place = best.firstIndex { distance < $0.0 } ?? best.count
      best.insert((distance, index), at: place)
      if best.count > k { best.removeLast() }
      if best.count == k { limit = best[k - 1].0 }
    }
    return best
  }
}

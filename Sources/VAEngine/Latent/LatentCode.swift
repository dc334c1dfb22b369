import Glibc
import Tensors

/// Latents as bytes: the size of an entropy-coded file.
///
/// Each dimension is rounded to a grid whose step is the root mean square of its posterior σ, since the decoder was
/// trained with that much noise; the codes of a plain autoencoder, which has no noise, to a fixed number of levels
/// between their minimum and maximum. The integers are coded by range asymmetric numeral systems (Duda 2013) with
/// 64-bit states, each dimension by the normal distribution fitted to it, so that an inactive dimension takes
/// almost no space. Lossy in the latents; the bytes decode to exactly the rounded ones.
package struct LatentCode: Sendable, Equatable {
  /// Header and stream.
  package let bytes: [UInt8]
  /// Examples and dimensions.
  package let count: Int
  package let dimensions: Int

  private static let scaleBits: UInt64 = 16
  private static let lowest: UInt64 = 1 << 31

  /// - Parameter levels: Rounds each dimension to this number of levels, regardless of its posterior.
  /// - Throws: `ModelError.notFinite` for a mean that is none.
  package init(_ codes: Codes, levels: Int? = nil) throws(ModelError) {
    let (count, dimensions) = (codes.mean.shape[0], codes.mean.shape[1])
    let means = codes.mean.elements(as: Float.self)
    let logVariances = codes.logVariance.elements(as: Float.self)
    if let bad = means.firstIndex(where: { !$0.isFinite }) { throw .notFinite(example: bad / dimensions) }
    // Each dimension has a header: its step, mean and deviation of the whole numbers, and the least and largest of them.
    var grids: [Grid] = []
    for j in 0..<dimensions {
      let column = (0..<count).map { means[$0 * dimensions + j] }
      if let levels, let low = column.min(), let high = column.max() {
        grids.append(Grid(column, step: (high - low) / Float(max(levels - 1, 1))))
        continue
      }
      let variance = (0..<count).reduce(0.0) { $0 + exp(Double(logVariances[$1 * dimensions + j])) } / Double(count)
      grids.append(Grid(column, step: Float(variance.squareRoot())))
    }
    let tables = grids.map { $0.table() }
    var state = Self.lowest
    var words: [UInt32] = []
    // The code is last in, first out: encoding in reverse lets the decoder return the examples in order.
    for i in stride(from: count - 1, through: 0, by: -1) {
      for j in stride(from: dimensions - 1, through: 0, by: -1) {
        let symbol = grids[j].symbol(means[i * dimensions + j])
        let (start, frequency) = (UInt64(tables[j][symbol]), UInt64(tables[j][symbol + 1] - tables[j][symbol]))
        if state >= ((Self.lowest >> Self.scaleBits) << 32) * frequency {
          words.append(UInt32(truncatingIfNeeded: state))
          state >>= 32
        }
        state = ((state / frequency) << Self.scaleBits) + state % frequency + start
      }
    }
    var bytes: [UInt8] = []
    func append(_ word: UInt32) {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    for grid in grids {
      for word in [grid.step.bitPattern, grid.mean.bitPattern, grid.deviation.bitPattern] { append(word) }
      for bound in [grid.low, grid.high] { append(UInt32(bitPattern: bound)) }
    }
    append(UInt32(truncatingIfNeeded: state))
    append(UInt32(state >> 32))
    for word in words.reversed() { append(word) }
    (self.bytes, self.count, self.dimensions) = (bytes, count, dimensions)
  }

  /// The rounded latents, `[count, dimensions]`, read back from the bytes alone.
  package func decoded() throws -> Tensor {
    var position = 0
    func next() -> UInt32 {
      guard position + 4 <= bytes.count else { return 0 }
      defer { position += 4 }
      return (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32(8 * $1) }
    }
    let grids = (0..<dimensions).map { _ in
      let numbers = (0..<3).map { _ in Float(bitPattern: next()) }
      let (low, high) = (Int32(bitPattern: next()), Int32(bitPattern: next()))
      return Grid(step: numbers[0], mean: numbers[1], deviation: numbers[2], low: low, high: high)
    }
    let tables = grids.map { $0.table() }
    var state = UInt64(next())
    state |= UInt64(next()) << 32
    var values: [Float] = []
    values.reserveCapacity(count * dimensions)
    for _ in 0..<count {
      for j in 0..<dimensions {
        let slot = UInt32(state & (1 << Self.scaleBits - 1))
        var (low, high) = (0, tables[j].count - 1)
        while high - low > 1 {
          let middle = (low + high) / 2
          if tables[j][middle] <= slot { low = middle } else { high = middle }
        }
        let (start, frequency) = (UInt64(tables[j][low]), UInt64(tables[j][low + 1] - tables[j][low]))
        state = frequency * (state >> Self.scaleBits) + UInt64(slot) - start
        if state < Self.lowest { state = state << 32 | UInt64(next()) }
        values.append(grids[j].value(low))
      }
    }
    return try Tensor(values, shape: [count, dimensions])
  }

  /// Integer multiples of a step, from `low` to `high`, distributed as a normal.
  private struct Grid {
    let step: Float
    let mean: Float
    let deviation: Float
    let low: Int32
    let high: Int32

    init(step: Float, mean: Float, deviation: Float, low: Int32, high: Int32) {
      (self.step, self.mean, self.deviation, self.low, self.high) = (step, mean, deviation, low, high)
    }

    init(_ values: [Float], step wanted: Float) {
      let reach = values.reduce(0) { max($0, abs($1)) }
      // At most 2¹⁴ cells, so that each has its share of 2¹⁶.
      let step = min(max(wanted, reach / 8000, .leastNormalMagnitude), .greatestFiniteMagnitude)
      let whole = values.map { ($0 / step).rounded() }
      let mean = whole.reduce(0.0) { $0 + Double($1) } / Double(max(whole.count, 1))
      let variance = whole.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(max(whole.count, 1))
      self.init(
        step: step, mean: Float(mean), deviation: Float(variance.squareRoot()), low: Int32(whole.min() ?? 0),
        high: Int32(whole.max() ?? 0))
    }

    func symbol(_ value: Float) -> Int { Int(Int32((value / step).rounded()) - low) }
    func value(_ symbol: Int) -> Float { Float(Int32(symbol) + low) * step }

    /// Cumulative frequencies out of 2¹⁶, none of them zero.
    func table() -> [UInt32] {
      let cells = Int(high - low) + 1
      let spare = Double((1 << LatentCode.scaleBits) - UInt64(cells))
      // Sheppard: rounding has added 1/12 to the variance; the cells' masses add it again.
      let width = max(Double(deviation) * Double(deviation) - 1.0 / 12, 0.0025).squareRoot()
      func distribution(_ x: Double) -> Double { 0.5 * erfc(-(x - Double(mean)) / (width * 2.0.squareRoot())) }
      let (begin, end) = (distribution(Double(low) - 0.5), distribution(Double(high) + 0.5))
      return (0...cells).map { i in
        let share = (distribution(Double(low) + Double(i) - 0.5) - begin) / max(end - begin, 1e-300)
        return UInt32(i) + UInt32(i == cells ? spare : min(max(share, 0), 1) * spare)
      }
    }
  }
}

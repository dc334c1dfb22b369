import Tensors

/// Which draw of its random transforms each example of a view shows: the one of its place when the draws were fixed.
struct FixedDraws: Sendable {
  private let seed: UInt64
  /// Where each example of the view was; nil where they are all in their places.
  private var places: [Int32]?

  init(seed: UInt64) { self.seed = seed }

  func subset(_ positions: [Int]) -> FixedDraws {
    var other = self
    other.places = positions.map { places?[$0] ?? Int32($0) }
    return other
  }

  /// The stream and the row of the batch in which example `index` is measured.
  func draw(of index: Int) -> (stream: RandomStream, row: Int) {
    let place = places.map { Int($0[index]) } ?? index
    let (step, row) = place.quotientAndRemainder(dividingBy: MeasuringBatches.rows)
    return (RandomStream(seed: seed, purpose: MeasuringBatches.purpose, step: UInt64(step)), row)
  }
}

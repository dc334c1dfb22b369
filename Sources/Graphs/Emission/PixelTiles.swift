import CHighway

/// Output pixels computed 2×2 at a time, with fewer multiplications.
struct PixelTiles {
  /// One or two kernel positions along each axis.
  struct Term {
    let rows, columns: [ConvolutionAxis.Tap]
    let taps: [Int32]

    init(
      _ rows: [ConvolutionAxis.Tap], _ columns: [ConvolutionAxis.Tap],
      _ tap: (ConvolutionAxis.Tap, ConvolutionAxis.Tap) -> Int32
    ) {
      (self.rows, self.columns) = (rows, columns)
      taps = (0..<4).map { tap(rows[min($0 / 2, rows.count - 1)], columns[min($0 % 2, columns.count - 1)]) }
    }
  }
  let terms: [Term]
  /// `[tiles][terms][3][3]` floats from the start of an image, −1 for padding.
  var offsets: [Int32] = []
  /// `[tiles][2][2]`.
  var targets: [Int32] = []

  init(terms: [Term]) { self.terms = terms }

  /// Whether tiles take fewer multiplications, and vectors fit the channels.
  static func isProfitable(_ rows: ConvolutionAxis, _ columns: ConvolutionAxis, inChannels: Int, outChannels: Int)
    -> Bool
  {
    inChannels % 16 == 0 && outChannels >= 16 && rows.outputs > 1 && columns.outputs > 1
      && (rows.terms + columns.terms).contains { $0.count == 2 }
  }

  /// The tile whose first output is `row`, `column`.
  mutating func add(
    _ row: Int, _ column: Int, _ rows: ConvolutionAxis, _ columns: ConvolutionAxis,
    _ offset: (Int?, Int?) -> Int32, _ target: (Int, Int) -> Int32
  ) {
    for term in terms {
      for i in 0..<3 {
        for j in 0..<3 {
          let isRead = i <= term.rows.count && j <= term.columns.count
          offsets.append(
            isRead ? offset(rows.source(row + i, term.rows[0]), columns.source(column + j, term.columns[0])) : -1)
        }
      }
    }
    for i in 0..<2 {
      for j in 0..<2 { targets.append(target(rows.target(row + i), columns.target(column + j))) }
    }
  }

  func bound(in arguments: ArgumentArena) -> elbo_conv_tiles {
    let terms = terms.map {
      elbo_conv_term(
        rows: Int32($0.rows.count), columns: Int32($0.columns.count),
        taps: ($0.taps[0], $0.taps[1], $0.taps[2], $0.taps[3]))
    }
    return elbo_conv_tiles(
      offsets: arguments.store(offsets), targets: arguments.store(targets), terms: arguments.store(terms),
      count: Int32(targets.count / 4), termCount: Int32(terms.count))
  }
}

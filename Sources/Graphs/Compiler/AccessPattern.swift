import Tensors

/// How an operand is read while a loop walks its result in row-major order: runs of axes, outermost first, along which
/// the operand moves (`moving`) or stays (a broadcast).
struct AccessPattern: Hashable {
  struct Run: Hashable {
    var extent: Int
    var moving: Bool
  }
  private(set) var runs: [Run] = []

  /// Row by row through everything.
  init(contiguous count: Int) { runs = [Run(extent: count, moving: true)] }

  /// An operand of shape `from` broadcast to `to`, of the same rank.
  init(from: Shape, to: Shape) {
    for axis in 0..<to.rank where to[axis] != 1 {
      let moving = from[axis] == to[axis]
      if runs.last?.moving == moving {
        runs[runs.count - 1].extent *= to[axis]
      } else {
        runs.append(Run(extent: to[axis], moving: moving))
      }
    }
    if runs.isEmpty { runs = [Run(extent: 1, moving: true)] }
  }

  /// The pattern as addresses over rows × `columns`:
  ///
  ///     base + ((row / rowDivide) % rowModulo) · rowStride + column · columnStride
  struct Address: Hashable {
    var rowStride = 0
    var columnStride = 0
    var rowDivide = 1
    /// 0 when rows do not wrap around.
    var rowModulo = 0
  }

  /// Addresses when every row has `columns` elements, nil when the pattern cannot be split at that length.
  func address(columns: Int) -> Address? {
    var address = Address()
    var inner = 1
    var outer = runs
    // Columns: whole runs from the inside, all moving or all staying, perhaps a part of the last.
    var columnsMove: Bool?
    while inner < columns {
      guard let run = outer.popLast() else { return nil }
      guard columnsMove == nil || columnsMove == run.moving else { return nil }
      columnsMove = run.moving
      let needed = columns / inner
      if run.extent <= needed {
        guard needed % run.extent == 0 else { return nil }
        inner *= run.extent
      } else {
        guard run.extent % needed == 0 else { return nil }
        outer.append(Run(extent: run.extent / needed, moving: run.moving))
        inner *= needed
      }
    }
    let width = columnsMove == true ? columns : 1
    address.columnStride = columnsMove == true ? 1 : 0
    // Rows support at most [staying] [moving] [staying].
    if let run = outer.last, !run.moving {
      address.rowDivide = run.extent
      outer.removeLast()
    }
    guard let moving = outer.popLast() else { return address }
    address.rowStride = width
    if let wrapped = outer.popLast() {
      guard !wrapped.moving, outer.isEmpty else { return nil }
      address.rowModulo = moving.extent
    }
    return address
  }

  /// Row lengths at which the pattern can be split: products of its inner runs.
  var columnCandidates: [Int] {
    var product = 1
    return runs.reversed().map { run in
      product *= run.extent
      return product
    }
  }
}

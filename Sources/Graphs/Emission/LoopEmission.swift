import CHighway
import Tensors

extension Emitter {
  /// A fused loop, its rows divided at example boundaries so that each thread stays in its own part of a batch.
  func emit(_ loop: FusedLoop, isArray: (Int) -> Bool) -> Step {
    guard let columns = loop.columns() else { preconditionFailure("LoopEmission: a loop without addresses") }
    var plan = RegisterPlan(loop, ir, uses: uses)
    let randoms = plan.streams.map { stream in
      elbo_fused_random(
        state: randomState, purpose: RandomStream.purpose(named: stream.name), rows: Int64(stream.rows?.rows ?? 0),
        rowElements: Int64(stream.rows?.elements ?? 0))
    }
    let stored = loop.nodes.filter { isArray($0) && plan.registers[$0] != nil }
    let sumRegisters = loop.sums.map { plan.register(of: $0.input) }
    precondition(plan.registerCount <= RegisterPlan.limit, "LoopEmission: \(plan.registerCount) registers")
    let ops = arguments.store(plan.ops)
    let randomTable = arguments.store(randoms)

    guard let space = LoopSpace(loop, ir, threads: threads) else { preconditionFailure("LoopEmission: no space") }
    func part(_ thread: Int, _ block: Int) -> Step.Part {
      let piece = space.piece(thread, block: block, of: blockCount)
      let example = piece.firstUnit
      var stores: [elbo_fused_store] = []
      var writes: [Range<UInt>] = []
      for id in stored {
        let base = address(id, around: example)
        stores.append(store(base, rowStride: columns, ELBO_STORE, plan.registers[id] ?? 0))
        writes.append(range(base + piece.firstElement, piece.elementSpan))
      }
      for (sum, register) in zip(loop.sums, sumRegisters) {
        let base = address(sum.node, around: example)
        switch sum.kind {
        case .rows(let reduction):
          stores.append(store(base, rowStride: 0, reduction == .sum ? ELBO_ROW_SUM : ELBO_ROW_MAX, register))
          writes.append(range(base + piece.rows.lowerBound, piece.rows.count))
        case .leading:
          let part = base + thread * ir[sum.node].shape.droppingFirst.count
          stores.append(store(part, rowStride: 0, sum.extent == 1 ? ELBO_TOTAL_SUM : ELBO_COLUMN_SUM, register))
          writes.append(range(part, sum.extent))
        }
      }
      // A thread without rows still has to write zeros for the sums over all threads.
      if piece.isEmpty && !loop.sums.contains(where: \.isLeading) { return Step.Part() }
      let reads = piece.isEmpty ? [] : loop.loads.map { readRange($0, piece, columns: columns) }
      let loads = loop.loads.enumerated().map { index, load in
        elboLoad(load, around: example, columns: columns, register: plan.loadRegisters[index])
      }
      let value = elbo_fused_arguments(
        rowBegin: Int64(piece.rows.lowerBound), rowEnd: Int64(piece.rows.upperBound),
        columnBegin: Int64(piece.columns.lowerBound), columnEnd: Int64(piece.columns.upperBound),
        columns: Int64(columns), loads: arguments.store(loads), ops: ops, stores: arguments.store(stores),
        randoms: randomTable,
        loadCount: Int32(loads.count), opCount: Int32(plan.ops.count), storeCount: Int32(stores.count),
        registerCount: Int32(plan.registerCount), continues: block > 0 ? 1 : 0)
      return bind(elbo_fused, value, reads: reads, writes: writes)
    }
    return Step(
      name: "loop[\(loop.nodes.count)+\(loop.sums.count)] \(space.rows)×\(columns)",
      blocks: (0..<blockCount).map { block in (0..<threads).map { part($0, block) } })
  }

  private func store(
    _ base: UnsafeMutablePointer<Float>, rowStride: Int, _ kind: elbo_fused_store_kind, _ register: UInt8
  ) -> elbo_fused_store {
    elbo_fused_store(base: base, rowStride: Int64(rowStride), kind: UInt8(kind.rawValue), reg: register)
  }

  private func elboLoad(
    _ load: FusedLoop.Load, around example: Int, columns: Int, register: UInt8
  ) -> elbo_fused_load {
    let at = load.pattern.address(columns: columns) ?? AccessPattern.Address()
    return elbo_fused_load(
      base: address(load.source, around: example) + load.offset, rowStride: Int64(at.rowStride),
      columnStride: Int32(at.columnStride),
      rowDivide: Int32(at.rowDivide), rowModulo: Int32(at.rowModulo), reg: register)
  }

  private func readRange(_ load: FusedLoop.Load, _ piece: LoopSpace.Piece, columns: Int) -> Range<UInt> {
    let at = load.pattern.address(columns: columns) ?? AccessPattern.Address()
    let base = address(load.source, around: piece.firstUnit) + load.offset
    guard at.rowModulo == 0 else { return whole(load.source) }
    let first = piece.rows.lowerBound / at.rowDivide * at.rowStride
    let last = (piece.rows.upperBound - 1) / at.rowDivide * at.rowStride
    let begin = first + (at.columnStride == 1 ? piece.columns.lowerBound : 0)
    let end = last + (at.columnStride == 1 ? piece.columns.upperBound : 1)
    return range(base + begin, end - begin)
  }
}

/// The rows and columns of a fused loop, and their division among the threads.
struct LoopSpace {
  struct Piece {
    let rows: Range<Int>
    let columns: Range<Int>
    let rowLength: Int
    /// The first unit; units are examples where possible.
    let firstUnit: Int
    var isEmpty: Bool { rows.isEmpty || columns.isEmpty }
    var firstElement: Int { rows.lowerBound * rowLength + columns.lowerBound }
    var elementSpan: Int { isEmpty ? 0 : (rows.count - 1) * rowLength + columns.count }
  }

  let rows: Int
  let columns: Int
  let threads: Int
  /// Rows (or columns, of a single row) that stay together.
  let unit: Int
  let splitsColumns: Bool
  /// The dimension that is divided among threads: rows, or columns.
  let extent: Int

  /// Nil when the loads and sums of a loop have no common row length.
  init?(_ loop: FusedLoop, _ ir: IR, threads: Int) {
    guard let columns = loop.columns() else { return nil }
    let rows = loop.count / max(columns, 1)
    self.rows = rows
    self.columns = columns
    self.threads = threads
    let rowSums = loop.sums.contains { !$0.isLeading || $0.extent > 1 }
    splitsColumns = rows == 1 && !rowSums && columns >= 64 * threads
    // Whole examples: the first extent of the loop's widest array.
    let member = loop.nodes.first ?? loop.sums.first?.input
    let examples = member.map { ir[$0].shape.dimensions.first { $0 > 1 } ?? 1 } ?? 1
    extent = splitsColumns ? columns : rows
    unit = examples >= threads && extent % examples == 0 ? extent / examples : 1
  }

  /// Whether each example reads its own part of a load from an array `shape`, and nothing else of it.
  func readsByExample(_ load: FusedLoop.Load, of shape: Shape, _ batch: Int) -> Bool {
    guard let at = load.pattern.address(columns: columns), load.offset == 0 else { return false }
    if splitsColumns { return at.columnStride == 1 && shape.count == columns }
    return at.rowModulo == 0 && unit % max(at.rowDivide, 1) == 0
      && unit / max(at.rowDivide, 1) * at.rowStride * batch == shape.count
  }

  func piece(_ thread: Int, block: Int = 0, of blockCount: Int = 1) -> Piece {
    let units = share(share(extent / unit, thread, of: threads), block, of: blockCount)
    let range = units.lowerBound * unit..<units.upperBound * unit
    return splitsColumns
      ? Piece(rows: 0..<1, columns: range, rowLength: columns, firstUnit: units.lowerBound)
      : Piece(
        rows: range, columns: range.isEmpty ? 0..<0 : 0..<columns, rowLength: columns, firstUnit: units.lowerBound)
  }
}

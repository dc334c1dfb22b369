import CHighway
import Tensors

extension Emitter {
  /// A matrix product, its rows shared out when each thread gets so many that the weights they share are packed anyway,
  /// or so few that they are read as they lie; else its columns, so that each thread packs its own.
  ///
  /// Inputs of the graph are data, which are often zero in the same places: see `elbo_gemm_arguments.skipsZeros`.
  func matmul(_ id: Int, transposeA: Bool, transposeB: Bool, _ epilogue: Epilogue) -> Step {
    let node = ir[id]
    let (m, n) = (node.shape[0], node.shape[1])
    let (a, b) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
    let k = transposeA ? a[0] : a[1]
    let hasFewRows = !transposeB && m >= 4 * threads && m <= Int(elbo_gemm_unpacked_rows()) * threads
    let byRows = threads == 1 || hasFewRows || m >= 128 * threads || n < 32 * threads
    let (pa, pb, pc) = (address(node.inputs[0]), address(node.inputs[1]), address(id))
    let bias = epilogue.readsBias ? address(node.inputs[2]) : nil
    let gate = epilogue == .gate ? address(node.inputs[2]) : nil
    let isData = isInput(node.inputs[0])

    func part(rows: Range<Int>, columns: Range<Int>) -> Step.Part {
      let value = elbo_gemm_arguments(
        a: pa + (transposeA ? rows.lowerBound : rows.lowerBound * k),
        b: pb + (transposeB ? columns.lowerBound * k : columns.lowerBound),
        bias: bias.map { UnsafePointer($0 + columns.lowerBound) },
        gate: gate.map { UnsafePointer($0 + rows.lowerBound * n + columns.lowerBound) },
        c: pc + rows.lowerBound * n + columns.lowerBound,
        m: Int64(rows.count), n: Int64(columns.count), k: Int64(k), lda: Int64(a[1]), ldb: Int64(b[1]), ldc: Int64(n),
        transposeA: transposeA ? 1 : 0, transposeB: transposeB ? 1 : 0, skipsZeros: isData ? 1 : 0,
        epilogue: Int32(epilogue.kernelCode.rawValue),
        scratch: arguments.scratch(Int(elbo_gemm_scratch(Int64(rows.count), Int64(k), transposeA, isData))))
      let rowsOfA = transposeA ? whole(node.inputs[0]) : range(pa + rows.lowerBound * k, rows.count * k)
      let columnsOfB = transposeB ? range(pb + columns.lowerBound * k, columns.count * k) : whole(node.inputs[1])
      let span = (rows.count - 1) * n + columns.count
      let first = rows.lowerBound * n + columns.lowerBound
      // Columns of one row lie between those of the next: only whole rows are disjoint ranges.
      let writes =
        columns.count == n
        ? [range(pc + first, span)] : rows.map { range(pc + $0 * n + columns.lowerBound, columns.count) }
      let third = node.inputs.count > 2 ? [whole(node.inputs[2])] : []
      return bind(elbo_gemm, value, reads: [rowsOfA, columnsOfB] + third, writes: writes)
    }
    let name = "matmul \(m)×\(n)×\(k)\(transposeA ? " Aᵀ" : "")\(transposeB ? " Bᵀ" : "")"
    if byRows { return divided(name, m) { part(rows: $0, columns: 0..<n) } }
    // Whole vectors, so that no two threads share a cache line.
    let units = (n + 31) / 32
    return divided(name, units) { part(rows: 0..<m, columns: $0.lowerBound * 32..<min($0.upperBound * 32, n)) }
  }

  /// Products of pairs of matrices, the pairs shared out.
  func batchedMatmul(_ id: Int, transposeA: Bool, transposeB: Bool) -> Step {
    let node = ir[id]
    let (a, b) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
    let (m, n, k) = (node.shape[1], node.shape[2], transposeA ? a[1] : a[2])
    let strides = (a: a[1] * a[2], b: b[1] * b[2], c: m * n)
    return divided("matmul \(node.shape[0])×\(m)×\(n)×\(k)", node.shape[0]) { pairs in
      let pa = address(node.inputs[0]) + pairs.lowerBound * strides.a
      let pb = address(node.inputs[1]) + pairs.lowerBound * strides.b
      let pc = address(id) + pairs.lowerBound * strides.c
      var first = elbo_gemm_arguments()
      (first.a, first.b, first.c) = (UnsafePointer(pa), UnsafePointer(pb), pc)
      (first.m, first.n, first.k) = (Int64(m), Int64(n), Int64(k))
      (first.lda, first.ldb, first.ldc) = (Int64(a[2]), Int64(b[2]), Int64(n))
      (first.transposeA, first.transposeB) = (transposeA ? 1 : 0, transposeB ? 1 : 0)
      first.epilogue = Int32(Epilogue.none.kernelCode.rawValue)
      first.scratch = arguments.scratch(Int(elbo_gemm_scratch(Int64(m), Int64(k), transposeA, false)))
      let value = elbo_gemm_batch_arguments(
        first: first, count: Int64(pairs.count), aStride: Int64(strides.a), bStride: Int64(strides.b),
        cStride: Int64(strides.c))
      return bind(
        elbo_gemm_batch, value, reads: [range(pa, pairs.count * strides.a), range(pb, pairs.count * strides.b)],
        writes: [range(pc, pairs.count * strides.c)])
    }
  }
}

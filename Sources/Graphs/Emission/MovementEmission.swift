import CHighway
import Tensors

extension Emitter {
  /// Copies, gathers, pools.
  func movement(_ id: Int, _ op: Op) -> [Step] {
    let node = ir[id]
    switch op {
    case .transpose(let permutation):
      let strides = ir[node.inputs[0]].shape.strides
      return [
        copy(
          "transpose", node.inputs[0], id, node.shape, permutation.map { strides[$0] }, node.shape.strides,
          byExample: permutation.first == 0)
      ]
    case .slice(let starts):
      let strides = ir[node.inputs[0]].shape.strides
      let offset = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
      return [copy("slice", node.inputs[0], id, node.shape, strides, node.shape.strides, sourceOffset: offset)]
    case .pad(let before, let value):
      let strides = node.shape.strides
      let offset = zip(before, strides).reduce(0) { $0 + $1.0 * $1.1 }
      let source = ir[node.inputs[0]].shape
      return [
        fill("pad", id, value),
        copy("pad", node.inputs[0], id, source, source.strides, strides, destinationOffset: offset),
      ]
    case .concat(let axis):
      var start = 0
      return node.inputs.map { input in
        defer { start += ir[input].shape[axis] }
        let shape = ir[input].shape
        return copy(
          "concat", input, id, shape, shape.strides, node.shape.strides,
          destinationOffset: start * node.shape.strides[axis])
      }
    case .allReduce: return [flatCopy("all-reduce", node.inputs[0], to: address(id))]
    case .gatherRows:
      let (table, to) = (ir[node.inputs[0]].shape, address(id))
      return [
        divided("gather", node.shape[0]) { rows in
          let value = elbo_rows_arguments(
            source: address(node.inputs[0]), indices: address(node.inputs[1]) + rows.lowerBound,
            destination: to + rows.lowerBound * table[1], count: Int64(rows.count), tableRows: Int64(table[0]),
            width: Int64(table[1]), columnBegin: 0, columnEnd: Int64(table[1]),
            fault: faults.add(
              table: name(of: node.inputs[0]), tableRows: table[0], firstRow: rows.lowerBound, arguments))
          return bind(
            elbo_gather_rows, value, reads: [whole(node.inputs[0]), whole(node.inputs[1])],
            writes: [range(to + rows.lowerBound * table[1], rows.count * table[1])])
        }
      ]
    case .scatterRows:
      let to = address(id)
      return [
        divided("scatter", node.shape[1]) { columns in
          let value = elbo_rows_arguments(
            source: address(node.inputs[0]), indices: address(node.inputs[1]), destination: to,
            count: Int64(ir[node.inputs[1]].shape.count), tableRows: Int64(node.shape[0]), width: Int64(node.shape[1]),
            columnBegin: Int64(columns.lowerBound), columnEnd: Int64(columns.upperBound), fault: nil)
          return bind(
            elbo_scatter_rows, value, reads: node.inputs.map(whole),
            writes: (0..<node.shape[0]).map { range(to + $0 * node.shape[1] + columns.lowerBound, columns.count) })
        }
      ]
    case .argMax:
      let columns = ir[node.inputs[0]].shape[-1]
      return [
        divided("argMax", node.shape.count) { rows in
          let from = address(node.inputs[0]) + rows.lowerBound * columns
          let to = address(id) + rows.lowerBound
          let value = elbo_arg_max_arguments(
            source: from, destination: to, rows: Int64(rows.count), columns: Int64(columns))
          return bind(
            elbo_arg_max, value, reads: [range(from, rows.count * columns)], writes: [range(to, rows.count)])
        }
      ]
    case .pool(let pooling, let geometry): return [pool(id, pooling, geometry)]
    case .poolGradient(let pooling, let geometry): return [pool(id, pooling, geometry)]
    default: preconditionFailure("MovementEmission: \(op)")
    }
  }

  /// A broadcast, a constant or a view, materialized.
  func materialize(_ id: Int) -> Step {
    var view = ir[id].inputs[0]
    while case .op(.reshape) = ir[view].op { view = ir[view].inputs[0] }
    switch ir[view].op {
    case .op(.constant(let value)): return fill("constant", id, value)
    case .op(.broadcast):
      let narrow = ir[view].inputs[0]
      if case .op(.constant(let value)) = ir[Fusion.viewSource(narrow, ir)].op { return fill("constant", id, value) }
      let (from, to) = (ir[narrow].shape, ir[view].shape)
      let strides = zip(from.strides, from.dimensions).map { $0.1 == 1 ? 0 : $0.0 }
      return copy("broadcast", narrow, id, to, strides, to.strides)
    default:
      let shape = ir[id].shape
      return copy("copy", view, id, shape, shape.strides, shape.strides)
    }
  }

  func fill(_ name: String, _ id: Int, _ value: Float) -> Step {
    divided(name, ir[id].shape.count) { elements in
      let to = address(id) + elements.lowerBound
      return bind(
        elbo_fill, elbo_fill_arguments(destination: to, count: Int64(elements.count), value: value), reads: [],
        writes: [range(to, elements.count)])
    }
  }

  /// A strided copy over `extents`, divided along the first axis of more than one element; along the first axis of all
  /// when that is one of examples, which both arrays have.
  func copy(
    _ name: String, _ source: Int, _ id: Int, _ extents: Shape, _ sourceStrides: [Int], _ destinationStrides: [Int],
    sourceOffset: Int = 0, destinationOffset: Int = 0, byExample: Bool = false
  ) -> Step {
    let axes = StridedAxes(extents, sourceStrides, destinationStrides, keepsFirst: byExample)
    precondition(axes.axes.count <= Int(ELBO_COPY_RANK), "MovementEmission: more than \(ELBO_COPY_RANK) axes")
    let first = axes.axes.first ?? StridedAxes.Axis(extent: 1, source: 1, destination: 1)
    return divided(name, first.extent) { range in
      let from = (byExample ? address(source, around: range.lowerBound) : address(source)) + sourceOffset
      let to = (byExample ? address(id, around: range.lowerBound) : address(id)) + destinationOffset
      var value = elbo_copy_arguments()
      value.source = UnsafePointer(from + range.lowerBound * first.source)
      value.destination = to + range.lowerBound * first.destination
      value.rank = Int32(axes.axes.count)
      for (index, axis) in axes.axes.enumerated() {
        let extent = Int64(index == 0 ? range.count : axis.extent)
        withUnsafeMutableBytes(of: &value.extent) { $0.storeBytes(of: extent, toByteOffset: index * 8, as: Int64.self) }
        withUnsafeMutableBytes(of: &value.sourceStride) {
          $0.storeBytes(of: Int64(axis.source), toByteOffset: index * 8, as: Int64.self)
        }
        withUnsafeMutableBytes(of: &value.destinationStride) {
          $0.storeBytes(of: Int64(axis.destination), toByteOffset: index * 8, as: Int64.self)
        }
      }
      let touched = axes.span(range) { $0.destination }
      let read = axes.span(range) { $0.source }
      // Parts of an axis that is not outermost in memory interleave: then each thread's range is the whole.
      return bind(
        elbo_copy, value, reads: [self.range(from + read.lowerBound, read.count)],
        writes: [self.range(to + touched.lowerBound, touched.count)])
    }
  }

  private func pool(_ id: Int, _ pooling: Pooling, _ geometry: ConvGeometry) -> Step {
    let node = ir[id]
    let adjoint = node.inputs.count == 3
    let x = ir[node.inputs[0]].shape
    let y = adjoint ? ir[node.inputs[1]].shape : node.shape
    let (inPlane, outPlane) = (x[2] * x[3], y[2] * y[3])
    return divided(adjoint ? "pool gradient" : "pool", x[0] * x[1]) { planes in
      var value = elbo_pool_arguments()
      value.x = UnsafePointer(address(node.inputs[0]) + planes.lowerBound * inPlane)
      if adjoint {
        value.y = UnsafePointer(address(node.inputs[1]) + planes.lowerBound * outPlane)
        value.gradient = UnsafePointer(address(node.inputs[2]) + planes.lowerBound * outPlane)
      }
      let plane = adjoint ? inPlane : outPlane
      let to = address(id) + planes.lowerBound * plane
      value.result = to
      (value.planes, value.height, value.width) = (Int64(planes.count), Int64(x[2]), Int64(x[3]))
      (value.outHeight, value.outWidth) = (Int64(y[2]), Int64(y[3]))
      value.kernel = (Int32(geometry.kernel[0]), Int32(geometry.kernel[1]))
      value.stride = (Int32(geometry.stride[0]), Int32(geometry.stride[1]))
      value.dilation = (Int32(geometry.dilation[0]), Int32(geometry.dilation[1]))
      value.pad = (Int32(geometry.padBefore[0]), Int32(geometry.padBefore[1]))
      value.average = pooling == .average ? 1 : 0
      return bind(
        adjoint ? elbo_pool_gradient : elbo_pool, value, reads: node.inputs.map(whole),
        writes: [range(to, planes.count * plane)])
    }
  }
}

/// The axes of a strided copy: axes of one element removed, adjacent axes with a common stride merged.
struct StridedAxes {
  struct Axis {
    var extent: Int
    var source: Int
    var destination: Int
  }
  private(set) var axes: [Axis] = []

  /// - Parameter keepsFirst: Whether the first axis is never merged.
  init(_ extents: Shape, _ source: [Int], _ destination: [Int], keepsFirst: Bool = false) {
    for axis in 0..<extents.rank where extents[axis] != 1 || keepsFirst && axis == 0 {
      let next = Axis(extent: extents[axis], source: source[axis], destination: destination[axis])
      if let last = axes.last, !(keepsFirst && axes.count == 1), last.source == next.source * next.extent,
        last.destination == next.destination * next.extent
      {
        axes[axes.count - 1] = Axis(
          extent: last.extent * next.extent, source: next.source, destination: next.destination)
      } else {
        axes.append(next)
      }
    }
  }

  /// From the first to behind the last element touched when the first axis does `range`, counted from the copy's start.
  func span(_ range: Range<Int>, _ stride: (Axis) -> Int) -> Range<Int> {
    guard let first = axes.first else { return 0..<1 }
    let begin = range.lowerBound * stride(first)
    let reach = axes.dropFirst().reduce((range.count - 1) * stride(first)) { $0 + ($1.extent - 1) * stride($1) }
    return begin..<begin + reach + 1
  }
}

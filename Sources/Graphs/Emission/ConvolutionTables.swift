import CHighway
import Tensors

/// Which input pixels and kernel positions make each output pixel, as the offset tables that the indirect convolution
/// reads. Images are channels-last.
struct ConvolutionTable {
  struct Group {
    /// `[pixels][taps]` floats from the start of an image, −1 for padding.
    var offsets: [Int32] = []
    var targets: [Int32] = []
    var taps: [Int32] = []

    /// Multiply-adds of rows of sums, with tiles of fewer rows than hide an addition's latency counted as such.
    private var cost: Int {
      let tiles = (targets.count + 13) / 14
      return max(targets.count, 4 * tiles) * taps.count
    }

    /// Groups of pixels that meet the same kernel positions, none in the padding; or the group as it is, when those
    /// are so small that multiplying by zeros is faster.
    func split() -> [Group] {
      var parts: [[Bool]: Group] = [:]
      var order: [[Bool]] = []
      for (pixel, target) in targets.enumerated() {
        let row = offsets[pixel * taps.count..<(pixel + 1) * taps.count]
        let inside = row.map { $0 >= 0 }
        if parts[inside] == nil {
          order.append(inside)
          parts[inside] = Group(taps: zip(taps, inside).filter(\.1).map(\.0))
        }
        parts[inside]?.targets.append(target)
        parts[inside]?.offsets += row.filter { $0 >= 0 }
      }
      let split = order.compactMap { parts[$0] }
      return split.reduce(0, { $0 + $1.cost }) < cost ? split : [self]
    }
  }
  let groups: [Group]

  /// `conv`: output pixel (p, q) reads input pixel (p·stride + u·dilation − pad, …) through kernel position (u, v).
  ///
  /// - Parameters:
  ///   - x: `[B, H, W, I]`.
  ///   - y: `[B, H', W', O]`.
  ///   - splitsEdges: Whether pixels that padding reaches may be groups of their own.
  init(forward g: ConvGeometry, x: Shape, y: Shape, splitsEdges: Bool = true) {
    var group = Group()
    group.taps = (0..<g.kernel[0] * g.kernel[1]).map(Int32.init)
    for p in 0..<y[1] {
      for q in 0..<y[2] {
        group.targets.append(Int32((p * y[2] + q) * y[3]))
        for u in 0..<g.kernel[0] {
          for v in 0..<g.kernel[1] {
            let row = p * g.stride[0] + u * g.dilation[0] - g.padBefore[0]
            let column = q * g.stride[1] + v * g.dilation[1] - g.padBefore[1]
            let inside = row >= 0 && row < x[1] && column >= 0 && column < x[2]
            group.offsets.append(inside ? Int32((row * x[2] + column) * x[3]) : -1)
          }
        }
      }
    }
    groups = splitsEdges ? group.split() : [group]
  }

  /// `convInput`, by phases: pixels whose position modulo the stride is the same meet the same kernel positions.
  ///
  /// - Parameters:
  ///   - x: The result, `[B, H, W, I]`.
  ///   - y: What is read, `[B, H', W', O]`.
  init(transposed g: ConvGeometry, x: Shape, y: Shape) {
    var groups: [Group] = []
    for phaseRow in 0..<g.stride[0] {
      for phaseColumn in 0..<g.stride[1] {
        let rowTaps = Self.taps(g, axis: 0, phase: phaseRow)
        let columnTaps = Self.taps(g, axis: 1, phase: phaseColumn)
        var group = Group()
        group.taps = rowTaps.flatMap { u in columnTaps.map { v in Int32(u * g.kernel[1] + v) } }
        for row in stride(from: phaseRow, to: x[1], by: g.stride[0]) {
          for column in stride(from: phaseColumn, to: x[2], by: g.stride[1]) {
            group.targets.append(Int32((row * x[2] + column) * x[3]))
            for u in rowTaps {
              for v in columnTaps {
                let p = row + g.padBefore[0] - u * g.dilation[0]
                let q = column + g.padBefore[1] - v * g.dilation[1]
                let inside = p >= 0 && q >= 0 && p / g.stride[0] < y[1] && q / g.stride[1] < y[2]
                group.offsets.append(inside ? Int32((p / g.stride[0] * y[2] + q / g.stride[1]) * y[3]) : -1)
              }
            }
          }
        }
        if !group.targets.isEmpty { groups += group.split() }
      }
    }
    self.groups = groups
  }

  /// Kernel positions along one axis that reach pixels of a phase: those for which the source position is whole.
  private static func taps(_ g: ConvGeometry, axis: Int, phase: Int) -> [Int] {
    (0..<g.kernel[axis]).filter { tap in
      let position = phase + g.padBefore[axis] - tap * g.dilation[axis]
      return position % g.stride[axis] == 0
    }
  }

  func bind(_ arguments: ArgumentArena) -> UnsafePointer<elbo_conv_group> {
    arguments.store(
      groups.map { group in
        elbo_conv_group(
          offsets: arguments.store(group.offsets), targets: arguments.store(group.targets),
          taps: arguments.store(group.taps), pixels: Int32(group.targets.count), tapCount: Int32(group.taps.count))
      })
  }
}

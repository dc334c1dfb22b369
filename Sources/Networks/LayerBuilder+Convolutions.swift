import Graphs
import Tensors

extension LayerBuilder {
  /// Kernel, stride and padding on both axes; without a padding it is "same".
  package struct Window {
    let kernel: [Int]
    let stride: [Int]
    let padding: [Int]?

    package init(_ kernel: [Int], _ stride: [Int], _ padding: [Int]?) {
      (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    }

    /// Symmetric `padding`, or the "same" padding of Keras and TensorFlow: an odd zero is added at the end.
    func geometry(_ extents: [Int]) -> ConvGeometry {
      if let padding { return ConvGeometry(kernel: kernel, stride: stride, padBefore: padding) }
      let totals = extents.indices.map { axis -> Int in
        let output = (extents[axis] + stride[axis] - 1) / stride[axis]
        return Swift.max(0, (output - 1) * stride[axis] + kernel[axis] - extents[axis])
      }
      return ConvGeometry(
        kernel: kernel, stride: stride, padBefore: totals.map { $0 / 2 }, padAfter: totals.map { $0 - $0 / 2 })
    }
  }

  /// `[B, D]` as series of one channel, `[B, 1, 1, D]`; series `[B, C, 1, L]` as they are.
  func series(_ x: Symbol) throws(ShapeError) -> Symbol {
    if x.shape.rank == 2 { return try x.reshaped([x.shape[0], 1, 1, x.shape[1]]) }
    guard x.shape.rank == 4, x.shape[2] == 1 else {
      throw ShapeError(
        layer: graph.currentScope, operation: "conv1d", shapes: [x.shape],
        reason: "needs vectors [B, D] or series [B, C, 1, L]; images of more rows need conv")
    }
    return x
  }

  /// Images `[B, C, H, W]` under `channels` filters, with a bias.
  package func convolution(_ x: Symbol, _ channels: Int, _ window: Window) throws(ShapeError) -> Symbol {
    guard x.shape.rank == 4 else {
      throw ShapeError(
        layer: graph.currentScope, operation: "conv", shapes: [x.shape],
        reason: "needs images [B, C, H, W]; reshape first")
    }
    let geometry = window.geometry([x.shape[2], x.shape[3]])
    let area = window.kernel[0] * window.kernel[1]
    let role = ParameterRole.weight(fanIn: x.shape[1] * area, fanOut: channels * area)
    let y = try x.conv2d(
      parameter("weight", [channels, x.shape[1], window.kernel[0], window.kernel[1]], role), geometry)
    return try y + parameter("bias", [channels], .bias(fanIn: x.shape[1] * area)).reshaped([1, channels, 1, 1])
  }

  func transposed(_ x: Symbol, _ channels: Int, _ window: Window) throws(ShapeError) -> Symbol {
    guard x.shape.rank == 4 else {
      throw ShapeError(
        layer: graph.currentScope, operation: "convt", shapes: [x.shape],
        reason: "needs images [B, C, H, W]; reshape first")
    }
    // "Same": the adjoint of the convolution that takes n · stride to n.
    let sizes = (0..<2).map { x.shape[2 + $0] * window.stride[$0] }
    let geometry = window.geometry(sizes)
    let extra = (0..<2).map { axis -> Int in
      let base = geometry.transposedExtent(x.shape[2 + axis], axis: axis, outputPadding: 0)
      return window.padding == nil ? Swift.max(0, sizes[axis] - base) : 0
    }
    let area = window.kernel[0] * window.kernel[1]
    // PyTorch counts the fan-in of a transposed convolution over its output channels.
    let role = ParameterRole.weight(fanIn: channels * area, fanOut: x.shape[1] * area)
    let weight = try parameter("weight", [x.shape[1], channels, window.kernel[0], window.kernel[1]], role)
    let y = try x.convTranspose2d(weight, geometry, outputPadding: extra)
    return try y + parameter("bias", [channels], .bias(fanIn: channels * area)).reshaped([1, channels, 1, 1])
  }
}

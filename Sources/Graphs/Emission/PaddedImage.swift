import CHighway
import Tensors

/// An image of few channels as the kernels copy it, between zeros, before a convolution.
struct PaddedImage {
  private let rows, columns: ConvolutionAxis
  private let inChannels: Int
  /// The extents of a copy, as far as the kernel reads.
  private let height, width: Int
  /// Floats from the first input that a pixel reads, by kernel position.
  private let offsets: [Int32]

  /// The number of channels from which vectorizing over channels is faster.
  private static let fewChannels = 4
  /// The number of floats of a copy; every thread has one.
  private static let limit = 1 << 22

  /// - Returns: Nil when there are many channels, or the image is too large for a copy.
  init?(_ g: ConvGeometry, x: Shape, y: Shape) {
    rows = ConvolutionAxis(forward: g, axis: 0, inputs: x[1], outputs: y[1])
    columns = ConvolutionAxis(forward: g, axis: 1, inputs: x[2], outputs: y[2])
    (inChannels, height, width) = (x[3], rows.reach, columns.reach)
    guard inChannels < Self.fewChannels, height <= Self.limit, width <= Self.limit,
      height * width * inChannels <= Self.limit
    else { return nil }
    let (pixel, row) = (inChannels, width * inChannels)
    offsets = (0..<g.kernel[0]).flatMap { u in
      (0..<g.kernel[1]).map { v in Int32(u * g.dilation[0] * row + v * g.dilation[1] * pixel) }
    }
  }

  func bound(in arguments: ArgumentArena) -> UnsafePointer<elbo_conv_padded> {
    arguments.store(
      elbo_conv_padded(
        height: Int32(rows.inputs), width: Int32(columns.inputs), top: Int32(rows.zerosBefore),
        left: Int32(columns.zerosBefore), paddedHeight: Int32(height), paddedWidth: Int32(width),
        rows: Int32(rows.outputs), columns: Int32(columns.outputs), rowStep: Int32(rows.step),
        columnStep: Int32(columns.step), offsets: arguments.store(offsets)))
  }
}

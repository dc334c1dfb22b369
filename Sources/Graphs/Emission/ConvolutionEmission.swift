import CHighway
import Tensors

extension Emitter {
  /// Convolutions of channels-last images, each thread its own images.
  func convolution(_ id: Int) throws -> [Step] {
    let node = ir[id]
    try checkSize(node)
    switch node.op {
    case .convolution(.conv(let g), let epilogue):
      let (x, w) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
      let table = ConvolutionTable(forward: g, x: x, y: node.shape, inTiles: inTiles)
      let layout = WeightLayout(
        inChannels: w[1], outChannels: w[0], inStride: w[2] * w[3], outStride: w[1] * w[2] * w[3])
      return [try images("conv \(x)→\(node.shape)", id, table, layout, w, epilogue)]
    case .convolution(.convInput(let g), let epilogue):
      let (y, w) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
      let table = ConvolutionTable(transposed: g, x: node.shape, y: y, inTiles: inTiles)
      let layout = WeightLayout(
        inChannels: w[0], outChannels: w[1], inStride: w[1] * w[2] * w[3], outStride: w[2] * w[3])
      return [try images("convInput \(y)→\(node.shape)", id, table, layout, w, epilogue)]
    case .channelsLast(.convWeight(let g)): return [try weights(id, g)]
    default: throw ProgramError.unsupported("no kernel for \(node.op)")
    }
  }

  /// Channels that the kernels' line of zeros, which padding reads, has room for.
  private static let channelLimit = 4096
  /// Pixels that a table of offsets, 32-bit numbers for each pixel and kernel position, is written for.
  private static let pixelLimit = 1 << 24

  /// - Throws: `ProgramError.unsupported` before any table is written.
  private func checkSize(_ node: IR.Node) throws {
    let source = ir[node.inputs[0]].shape
    guard source[3] <= Self.channelLimit else {
      throw ProgramError.unsupported("convolution of \(source[3]) channels: \(Self.channelLimit) at the most")
    }
    let images = [source, ir[node.inputs[1]].shape, node.shape].filter { $0.rank == 4 }
    let pixels = images.map { $0[1] * $0[2] }.max() ?? 0
    guard pixels <= Self.pixelLimit, images.allSatisfy({ $0.droppingFirst.count <= Int(Int32.max) }) else {
      throw ProgramError.unsupported("convolution of images of \(pixels) pixels: \(Self.pixelLimit) at the most")
    }
  }

  /// How a kernel's weights lie in `[O, I, kh, kw]`.
  private struct WeightLayout {
    let inChannels: Int
    let outChannels: Int
    let inStride: Int
    let outStride: Int
  }

  private func images(
    _ name: String, _ id: Int, _ table: ConvolutionTable, _ layout: WeightLayout, _ w: Shape, _ epilogue: Epilogue
  ) throws -> Step {
    let node = ir[id]
    let source = ir[node.inputs[0]].shape
    let (xStride, yStride) = (source.droppingFirst.count, node.shape.droppingFirst.count)
    let groups = arguments.store(table.groups.map { $0.bound(in: arguments) })
    let tiles = arguments.store(table.tiles.map { $0.bound(in: arguments) })
    let padded = table.padded?.bound(in: arguments)
    let (inChannels, outChannels) = (Int32(layout.inChannels), Int32(layout.outChannels))
    let more =
      padded.map { elbo_conv_thin_scratch($0, inChannels) }
      ?? elbo_conv_winograd_scratch(tiles, Int32(table.tiles.count), inChannels, outChannels)
    let scratchSize = Int(elbo_conv_scratch(Int32(w[2] * w[3]), inChannels, outChannels) + more)
    let scratch = (0..<threads).map { _ in arguments.scratch(scratchSize) }
    return divided(name, source[0]) { images in
      let first = images.lowerBound
      let thread = owner(of: first, in: source[0], parts: threads)
      let continues = share(source[0], thread, of: threads).lowerBound < first
      let from = address(node.inputs[0], around: first) + first * xStride
      let to = address(id, around: first) + first * yStride
      let bias = epilogue.readsBias ? address(node.inputs[2]) : nil
      let gate = epilogue == .gate ? address(node.inputs[2], around: first) + first * yStride : nil
      let value = elbo_conv_arguments(
        x: from, weights: address(node.inputs[1]),
        bias: UnsafePointer(bias), gate: UnsafePointer(gate), y: to,
        images: Int64(images.count), xStride: Int64(xStride), yStride: Int64(yStride),
        inChannels: inChannels, outChannels: outChannels, inStride: Int32(layout.inStride),
        outStride: Int32(layout.outStride), groups: groups, tiles: tiles, padded: padded,
        groupCount: Int32(table.groups.count), tilesCount: Int32(table.tiles.count),
        kernelPositions: Int32(w[2] * w[3]), epilogue: Int32(epilogue.kernelCode.rawValue),
        continues: continues ? 1 : 0, scratch: scratch[thread])
      return bind(
        elbo_conv, value,
        reads: [range(from, images.count * xStride), whole(node.inputs[1])]
          + (bias == nil ? [] : [whole(node.inputs[2])]) + (gate.map { [range($0, images.count * yStride)] } ?? []),
        writes: [range(to, images.count * yStride)])
    }
  }

  /// Each thread's sum over its images, into its part of `[parts, O, I, kh, kw]`.
  private func weights(_ id: Int, _ g: ConvGeometry) throws -> Step {
    let node = ir[id]
    let (x, y) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
    let taps = g.kernel[0] * g.kernel[1]
    let (inChannels, outChannels) = (x[3], y[3])
    let table = ConvolutionTable(forward: g, x: x, y: y, inTiles: inTiles, splitsEdges: false)
    let group = table.groups.first.map { arguments.store($0.bound(in: arguments)) }
    let tiles = table.tiles.first.map { arguments.store($0.bound(in: arguments)) }
    let padded = table.padded?.bound(in: arguments)
    let (xStride, yStride) = (x.droppingFirst.count, y.droppingFirst.count)
    let size = node.shape.droppingFirst.count
    let parts = node.shape[0]
    let more =
      padded.map { elbo_conv_thin_scratch($0, Int32(inChannels)) }
      ?? tiles.map { elbo_conv_winograd_weight_scratch($0, Int32(inChannels), Int32(outChannels)) } ?? 0
    let scratchSize = Int(elbo_conv_weight_scratch(Int32(taps), Int32(inChannels), Int32(outChannels)) + more)
    let scratch = (0..<parts).map { _ in arguments.scratch(scratchSize) }
    func part(_ thread: Int, _ block: Int) -> Step.Part {
      // A thread without images writes the zeros of an empty sum.
      let images = share(share(x[0], thread, of: parts), block, of: blockCount)
      let first = images.lowerBound
      let from = address(node.inputs[0], around: first) + first * xStride
      let by = address(node.inputs[1], around: first) + first * yStride
      let to = address(id) + thread * size
      let value = elbo_conv_weight_arguments(
        x: from, y: by, weights: to, images: Int64(images.count), xStride: Int64(xStride), yStride: Int64(yStride),
        inChannels: Int32(inChannels), outChannels: Int32(outChannels), inStride: Int32(taps),
        outStride: Int32(inChannels * taps), group: group, tiles: tiles, padded: padded,
        kernelPositions: Int32(taps), continues: block > 0 ? 1 : 0, unfinished: block + 1 < blockCount ? 1 : 0,
        scratch: scratch[thread])
      return bind(
        elbo_conv_weight, value, reads: [range(from, images.count * xStride), range(by, images.count * yStride)],
        writes: [range(to, size)])
    }
    return Step(
      name: "convWeight \(x)·\(y)",
      blocks: (0..<blockCount).map { block in (0..<parts).map { part($0, block) } })
  }
}

extension Epilogue {
  var readsBias: Bool { if case .bias = self { true } else { false } }

  var kernelCode: elbo_epilogue {
    switch self {
    case .bias(activation: .relu), .activation(.relu): ELBO_EPILOGUE_RELU
    case .bias(activation: .tanh), .activation(.tanh): ELBO_EPILOGUE_TANH
    case .bias(activation: .sigmoid), .activation(.sigmoid): ELBO_EPILOGUE_SIGMOID
    default: ELBO_IDENTITY
    }
  }
}

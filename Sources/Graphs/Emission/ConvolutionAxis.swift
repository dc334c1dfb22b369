import Tensors

/// One axis of a convolution, or of one phase of a transposed one: output `o` reads, through a kernel position, the input
/// `start + o·step`.
struct ConvolutionAxis {
  struct Tap {
    /// The kernel position along this axis.
    let position: Int
    /// The input that output 0 reads through this kernel position; it may lie in the padding.
    let start: Int
  }
  let taps: [Tap]
  let step: Int
  let inputs: Int
  let outputs: Int
  /// Where output 0 lies, and pixels from one output to the next.
  let first: Int
  let spacing: Int

  /// `conv`: output p reads p·stride + u·dilation − pad through kernel position u.
  init(forward g: ConvGeometry, axis: Int, inputs: Int, outputs: Int) {
    taps = (0..<g.kernel[axis]).map { Tap(position: $0, start: $0 * g.dilation[axis] - g.padBefore[axis]) }
    step = g.stride[axis]
    (self.inputs, self.outputs) = (inputs, outputs)
    (first, spacing) = (0, 1)
  }

  /// `convInput`: the pixels at `phase` modulo the stride, which all meet the same kernel positions, those for which the
  /// source is an integer.
  init(transposed g: ConvGeometry, axis: Int, phase: Int, inputs: Int, pixels: Int) {
    let stride = g.stride[axis]
    taps = (0..<g.kernel[axis]).compactMap { position in
      let start = phase + g.padBefore[axis] - position * g.dilation[axis]
      return start % stride == 0 ? Tap(position: position, start: start / stride) : nil
    }
    step = 1
    self.inputs = inputs
    outputs = max(0, (pixels - phase + stride - 1) / stride)
    (first, spacing) = (phase, stride)
  }

  /// The input that an output reads through a kernel position; nil in the padding.
  func source(_ output: Int, _ tap: Tap) -> Int? {
    let at = tap.start + output * step
    return at >= 0 && at < inputs ? at : nil
  }

  /// Inputs before the first, in the padding, that output 0 reads.
  var zerosBefore: Int { -(taps.map(\.start).min() ?? 0) }

  /// From the first input that output 0 reads to the last that the last output reads.
  var reach: Int { zerosBefore + (outputs - 1) * step + (taps.map(\.start).max() ?? 0) + 1 }

  func target(_ output: Int) -> Int { first + output * spacing }

  /// Kernel positions in pairs, the second reading what the first reads for the next output; those without a partner
  /// alone.
  var terms: [[Tap]] {
    var left = taps.sorted { $0.start < $1.start }
    var terms: [[Tap]] = []
    while !left.isEmpty {
      let tap = left.removeFirst()
      let next = left.firstIndex { $0.start == tap.start + step }
      terms.append(next.map { [tap, left.remove(at: $0)] } ?? [tap])
    }
    return terms
  }
}

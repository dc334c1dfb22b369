import CHighway
import Tensors

extension Dataset: BatchSource {
  package var classCount: Int? {
    guard let labels else { return nil }
    return Int(labels.max() ?? -1) + 1
  }

  package func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream
  ) {
    let width = exampleShape.count
    // Scales and inversions at the front are one multiplication and addition.
    var (scale, offset): (Float, Float) = (1, 0)
    var rest = transforms[...]
    while let first = rest.first {
      switch first {
      case .scale(let factor): (scale, offset) = (scale * factor, offset * factor)
      case .standardize(let mean, let deviation): (scale, offset) = (scale / deviation, (offset - mean) / deviation)
      case .invert: (scale, offset) = (-scale, 1 - offset)
      default:
        applyGather(indices, rows, destination, width, scale, offset, stream, rest)
        return
      }
      rest = rest.dropFirst()
    }
    applyGather(indices, rows, destination, width, scale, offset, stream, rest)
  }

  private func applyGather(
    _ indices: UnsafeBufferPointer<Int32>, _ rows: Range<Int>, _ destination: UnsafeMutablePointer<Float>,
    _ width: Int, _ scale: Float, _ offset: Float, _ stream: RandomStream, _ transforms: ArraySlice<Transform>
  ) {
    let dynamic = transforms.first == .binarizeDynamic
    for row in rows {
      // One row at a time through the view; the kernel takes the stored index.
      var index = Int32(storageIndex(Int(indices[row])))
      storage.withUnsafeBytes { bytes in
        withUnsafePointer(to: &index) { index in
          var g = elbo_gather_arguments()
          if storage.dtype == .uint8 {
            g.bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
          } else {
            g.floats = bytes.baseAddress?.assumingMemoryBound(to: Float.self)
          }
          // The kernel counts rows from 0 in all three: this row's index and place are handed to it as such.
          g.indices = index - row
          g.destination = destination
          (g.rowBegin, g.rowEnd, g.width) = (Int64(row), Int64(row + 1), Int64(width))
          (g.scale, g.offset, g.binarize) = (scale, offset, dynamic)
          g.random = elbo_random_state(seed: stream.seed, step: stream.step)
          g.purpose = stream.purpose
          elbo_gather(&g)
        }
      }
      for transform in transforms.dropFirst(dynamic ? 1 : 0) {
        transform.apply(
          UnsafeMutableBufferPointer(start: destination + row * width, count: width), example: Int(index),
          first: row * width, stream: stream)
      }
    }
  }

  package func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    for (row, index) in indices.enumerated() { destination[row] = labels?[storageIndex(Int(index))] ?? 0 }
  }

  /// Examples `positions`, transforms applied, `[n, …]` float32.
  package func examples(_ positions: [Int], stream: RandomStream = RandomStream(seed: 0, purpose: "examples")) throws
    -> Tensor
  {
    var tensor = try Tensor(zeros: Shape([positions.count] + exampleShape.dimensions))
    let indices = positions.map(Int32.init)
    try tensor.withMutableElements(of: Float.self) { elements in
      guard let base = elements.baseAddress else { return }
      indices.withUnsafeBufferPointer { read($0, rows: 0..<positions.count, into: base, stream: stream) }
    }
    return tensor
  }
}

extension Transform {
  /// In place on one example; `first` is the position of its first element in the batch's draw.
  func apply(_ x: UnsafeMutableBufferPointer<Float>, example: Int, first: Int, stream: RandomStream) {
    switch self {
    case .scale(let factor): for i in x.indices { x[i] *= factor }
    case .standardize(let mean, let deviation): for i in x.indices { x[i] = (x[i] - mean) / deviation }
    case .invert: for i in x.indices { x[i] = 1 - x[i] }
    case .binarizeStatic(let seed):
      let fixed = RandomStream(seed: seed, purpose: "binarize", step: UInt64(example))
      for i in x.indices { x[i] = fixed.uniform(i) < x[i] ? 1 : 0 }
    case .binarizeDynamic: for i in x.indices { x[i] = stream.uniform(first + i) < x[i] ? 1 : 0 }
    case .gaussianNoise(let sigma):
      let noise = RandomStream(seed: stream.seed, purpose: "noise", step: stream.step)
      for i in x.indices { x[i] += sigma * noise.normal(first + i) }
    case .maskNoise(let share):
      let noise = RandomStream(seed: stream.seed, purpose: "noise", step: stream.step)
      for i in x.indices where noise.uniform(first + i) < share { x[i] = 0 }
    case .saltAndPepper(let share):
      let noise = RandomStream(seed: stream.seed, purpose: "noise", step: stream.step)
      for i in x.indices {
        let u = noise.uniform(first + i)
        if u < share { x[i] = u < share / 2 ? 0 : 1 }
      }
    }
  }
}

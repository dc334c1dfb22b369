import CHighway
import Tensors

extension Dataset: BatchSource {
  /// The classes that occur in the stored examples, those of other parts too; nil when no example has a label.
  package var classCount: Int? { classes.flatMap { $0.count > 0 ? $0.count : nil } }

  package func read(
    _ indices: UnsafeBufferPointer<Int32>, rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    guard let first = indices.baseAddress, !rows.isEmpty else { return }
    guard let draws else { return read(first, rows, into: destination, stream: stream, firstRow: firstRow) }
    // Each row as if it were the row of the batch that its draw is of.
    for row in rows {
      let (own, place) = draws.draw(of: Int(first[row]))
      read(first, row..<row + 1, into: destination, stream: own, firstRow: place - row)
    }
  }

  private func read(
    _ first: UnsafePointer<Int32>, _ rows: Range<Int>, into destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    let isDirect =
      plan.geometry == nil && plan.rest.isEmpty && (storage.dtype == .uint8 || storage.dtype == .float32)
    if isDirect {
      gather(first, rows, to: destination, stream: stream, firstRow: firstRow)
    } else if plan.rest.contains(where: \.needsRoom) {
      // Resizing or augmenting needs room beside the batch.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * plan.widest) { scratch in
        guard let base = scratch.baseAddress else { return }
        for row in rows { steps(first, row, to: destination, scratch: base, stream: stream, firstRow: firstRow) }
      }
    } else {
      for row in rows { steps(first, row, to: destination, scratch: nil, stream: stream, firstRow: firstRow) }
    }
    pages?.touched(rows.count, of: storage)
  }

  /// The gathering kernel alone: rows of bytes or floats, scaled and binarized.
  private func gather(
    _ indices: UnsafePointer<Int32>, _ rows: Range<Int>, to destination: UnsafeMutablePointer<Float>,
    stream: RandomStream, firstRow: Int
  ) {
    var g = elbo_gather_arguments()
    g.firstRow = Int64(firstRow)
    (g.indices, g.destination) = (indices, destination)
    (g.rowBegin, g.rowEnd, g.width) = (Int64(rows.lowerBound), Int64(rows.upperBound), Int64(exampleShape.count))
    (g.scale, g.offset, g.binarize) = (plan.scale, plan.offset, plan.binarizes)
    g.random = elbo_random_state(seed: stream.seed, step: stream.step)
    g.purpose = stream.purpose
    storage.withUnsafeBytes { bytes in
      if storage.dtype == .uint8 {
        g.bytes = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      } else {
        g.floats = bytes.baseAddress?.assumingMemoryBound(to: Float.self)
      }
      if let view {
        view.withUnsafeBufferPointer { view in
          g.view = view.baseAddress
          elbo_gather(&g)
        }
      } else {
        elbo_gather(&g)
      }
    }
  }

  /// One row through every step of the plan.
  private func steps(
    _ indices: UnsafePointer<Int32>, _ row: Int, to destination: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>?, stream: RandomStream, firstRow: Int
  ) {
    let example = storageIndex(Int(indices[row]))
    let width = exampleShape.count
    let result = destination + row * width
    // Everything before the last resize happens in the scratch, whose halves take turns.
    var current = scratch ?? result
    load(example, to: current)
    if plan.binarizes {
      Transform.binarizeDynamic.apply(
        UnsafeMutableBufferPointer(start: current, count: plan.gatheredShape.count), example: example,
        first: (firstRow + row) * plan.gatheredShape.count, channels: 1, stream: stream)
    }
    var shape = plan.gatheredShape
    var (noises, augmentations) = (0, 0)
    for step in plan.rest {
      switch step {
      case .elements(let transform):
        transform.apply(
          UnsafeMutableBufferPointer(start: current, count: shape.count), example: example,
          first: (firstRow + row) * shape.count, channels: shape.rank == 3 ? shape[0] : 1, stream: stream,
          noises: noises)
        noises += transform.isNoise ? 1 : 0
      case .geometry(let geometry, _):
        guard let scratch else { continue }
        let next = current == scratch ? scratch + plan.widest : scratch
        geometry.apply(bytes: nil, floats: current, planes: shape[0], to: next, scale: 1, offset: 0)
        current = next
        shape = [shape[0], geometry.rows.outputExtent, geometry.columns.outputExtent]
      case .augmentation(let change, let before):
        guard let scratch else { continue }
        let next = current == scratch ? scratch + plan.widest : scratch
        let own = stream.augmentation(augmentations)
        augmentations += 1
        // A block of four draws for each image.
        change.apply(
          current, shape: before, to: next, draw: own.map { own in { own.uniform((firstRow + row) * 4 + $0) } })
        current = next
        if case .crop(let height, let width) = change { shape = [shape[0], height, width] }
      }
    }
    if current != result { result.update(from: current, count: width) }
  }

  /// A stored example as floats, resized, scaled.
  private func load(_ example: Int, to target: UnsafeMutablePointer<Float>) {
    // Not `droppingFirst`, which would make an array for each row.
    let size = storage.count / Swift.max(storage.shape[0], 1)
    storage.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let from = base + example * size * storage.dtype.size
      switch storage.dtype {
      case .uint8, .float32:
        let bytes = storage.dtype == .uint8 ? from.assumingMemoryBound(to: UInt8.self) : nil
        let floats = storage.dtype == .uint8 ? nil : from.assumingMemoryBound(to: Float.self)
        if let geometry = plan.geometry {
          geometry.apply(
            bytes: bytes, floats: floats, planes: plan.gatheredShape[0], to: target, scale: plan.scale,
            offset: plan.offset)
        } else {
          for i in 0..<size { target[i] = (bytes.map { Float($0[i]) } ?? floats?[i] ?? 0) * plan.scale + plan.offset }
        }
      case .float64: convert(from.assumingMemoryBound(to: Double.self), size, to: target) { $0 }
      case .int32: convert(from.assumingMemoryBound(to: Int32.self), size, to: target) { Double($0) }
      }
    }
  }

  private func convert<Element>(
    _ from: UnsafePointer<Element>, _ size: Int, to target: UnsafeMutablePointer<Float>, _ number: (Element) -> Double
  ) {
    guard let geometry = plan.geometry else {
      if exact.isEmpty {
        for i in 0..<size { target[i] = Float(number(from[i])) * plan.scale + plan.offset }
      } else {
        wide(from, size, number) { values in
          for i in 0..<size { target[i] = Float(values[i]) * plan.scale + plan.offset }
        }
      }
      return
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { whole in
      wide(from, size, number) { values in for i in 0..<size { whole[i] = Float(values[i]) } }
      geometry.apply(
        bytes: nil, floats: whole.baseAddress, planes: plan.gatheredShape[0], to: target, scale: plan.scale,
        offset: plan.offset)
    }
  }

  /// Calls `body` with a stored example in Double after the transforms that are exact.
  private func wide<Element>(
    _ from: UnsafePointer<Element>, _ size: Int, _ number: (Element) -> Double,
    _ body: (UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: size) { values in
      for i in 0..<size { values[i] = number(from[i]) }
      let channels = storage.shape.rank == 4 ? storage.shape[1] : 1
      for transform in exact { transform.apply(values, channels: channels) }
      body(values)
    }
  }

  /// Examples `positions`, transforms applied, in Double: of float64 and int32 without a cut to float32, where all
  /// transforms are exact; otherwise what `examples` gives.
  package func doubles(_ positions: Range<Int>) throws -> [Double] {
    guard exact.count == transforms.count, storage.dtype == .float64 || storage.dtype == .int32 else {
      return try examples(Array(positions)).elements(as: Float.self).map(Double.init)
    }
    let size = exampleShape.count
    var result: [Double] = []
    result.reserveCapacity(positions.count * size)
    storage.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for position in positions {
        let from = base + storageIndex(position) * size * storage.dtype.size
        if storage.dtype == .float64 {
          wide(from.assumingMemoryBound(to: Double.self), size, { $0 }, { result += $0 })
        } else {
          wide(from.assumingMemoryBound(to: Int32.self), size, { Double($0) }, { result += $0 })
        }
      }
    }
    pages?.touched(positions.count, of: storage)
    return result
  }

  /// The number of each example's class; −1 for an example without a label, where others have one.
  package func readLabels(_ indices: UnsafeBufferPointer<Int32>, into destination: UnsafeMutablePointer<Int32>) {
    guard let labels, let classes else { return destination.update(repeating: 0, count: indices.count) }
    for (row, index) in indices.enumerated() { destination[row] = classes.index(of: labels[storageIndex(Int(index))]) }
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

extension RandomStream {
  /// The stream of one of the noises of the data that this stream is for.
  ///
  /// Training's are named alone, as they always were, so that trainings repeat; those of any other data go on from the
  /// purpose of the data, or what is evaluated would get the noise of the batch of the same seed and step.
  package func noise(_ name: String) -> RandomStream {
    let isTraining = purpose == RandomStream.purpose(named: TrainingBatches.purpose)
    let own = isTraining ? RandomStream.purpose(named: name) : RandomStream.purpose(purpose, then: " " + name)
    return RandomStream(seed: seed, purpose: own, step: step)
  }
}

extension Transform {
  /// In place on one example; `first` is the position of its first element in the batch's draw.
  ///
  /// - Parameter noises: How many noises came before: each draws for itself.
  func apply(
    _ x: UnsafeMutableBufferPointer<Float>, example: Int, first: Int, channels: Int, stream: RandomStream,
    noises: Int = 0
  ) {
    let noise = noises == 0 ? stream.noise("noise") : stream.noise("noise \(noises)")
    switch self {
    case .scale(let factor): for i in x.indices { x[i] *= factor }
    case .shift(let offset): for i in x.indices { x[i] += offset }
    case .standardize(let means, let deviations):
      let plane = x.count / Swift.max(channels, 1)
      let perElement = means.count == x.count
      // In Double: a mean rounded to float32 may be deviations away from itself.
      for i in x.indices {
        let index = means.count == 1 ? 0 : perElement ? i : i / plane
        x[i] = Float((Double(x[i]) - means[index]) / deviations[index])
      }
    case .invert: for i in x.indices { x[i] = 1 - x[i] }
    case .threshold(let threshold): for i in x.indices { x[i] = x[i] >= threshold ? 1 : 0 }
    case .binarizeStatic(let seed):
      let fixed = RandomStream(seed: seed, purpose: "binarize", step: UInt64(example))
      perturb(x, ELBO_PERTURB_BINARIZE, 0, first: 0, fixed)
    case .binarizeDynamic: perturb(x, ELBO_PERTURB_BINARIZE, 0, first: first, stream)
    case .gaussianNoise(let sigma): perturb(x, ELBO_PERTURB_GAUSSIAN, sigma, first: first, noise)
    case .maskNoise(let share): perturb(x, ELBO_PERTURB_MASK, share, first: first, noise)
    case .saltAndPepper(let share): perturb(x, ELBO_PERTURB_SALT_AND_PEPPER, share, first: first, noise)
    case .resize, .crop, .augment: break
    }
  }

  fileprivate var isNoise: Bool {
    switch self {
    case .gaussianNoise, .maskNoise, .saltAndPepper: true
    default: false
    }
  }

  private func perturb(
    _ x: UnsafeMutableBufferPointer<Float>, _ kind: elbo_perturbation, _ amount: Float, first: Int,
    _ stream: RandomStream
  ) {
    var p = elbo_perturb_arguments()
    (p.values, p.first, p.count) = (x.baseAddress, Int64(first), Int64(x.count))
    (p.kind, p.amount) = (kind, amount)
    p.random = elbo_random_state(seed: stream.seed, step: stream.step)
    p.purpose = stream.purpose
    elbo_perturb(&p)
  }
}

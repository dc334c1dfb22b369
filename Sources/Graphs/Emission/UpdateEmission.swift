import CHighway
import Glibc
import Tensors

extension Emitter {
  /// An array copied, element by element, to memory outside the arena.
  func flatCopy(_ name: String, _ id: Int, to: UnsafeMutablePointer<Float>) -> Step {
    divided(name, ir[id].shape.count) { elements in
      var value = elbo_copy_arguments()
      value.source = UnsafePointer(address(id) + elements.lowerBound)
      value.destination = to + elements.lowerBound
      value.rank = 1
      value.extent.0 = Int64(elements.count)
      value.sourceStride.0 = 1
      value.destinationStride.0 = 1
      return bind(
        elbo_copy, value, reads: [whole(id)], writes: [range(to + elements.lowerBound, elements.count)])
    }
  }

  /// The global norm of a group's gradients, the factor that brings it below the limit, and one pass of the optimizer.
  ///
  /// - Parameters:
  ///   - group: The elements of the group in the flat buffers.
  ///   - gate: A node; nothing is updated at steps where its value is not above 0.
  func update(
    _ parameters: ParameterStore, _ group: Range<Int>, _ optimizer: OptimizerKind,
    _ state: UnsafePointer<elbo_hyperparameters>, _ limit: UnsafePointer<Float>, gate: Int?
  ) -> [Step] {
    func floats(_ storage: Storage) -> UnsafeMutablePointer<Float> { storage.base.assumingMemoryBound(to: Float.self) }
    let gradients = floats(parameters.gradients) + group.lowerBound
    let partial = UnsafeMutableRawPointer(arguments.scratch(2 * threads * 8)).assumingMemoryBound(to: Double.self)
    // Parts of whole cache lines.
    let units = group.count / 16
    let norm = Step(
      name: "gradient norm",
      parts: (0..<threads).map { thread in
        let part = share(units, thread, of: threads)
        let from = gradients + part.lowerBound * 16
        // Partial sums a cache line apart.
        let result = partial + thread * 8
        return bind(
          elbo_clipped_sum,
          elbo_clipped_sum_arguments(
            values: from, count: Int64(part.count * 16), result: result, limit: limit),
          reads: [range(from, part.count * 16)], writes: [bytes(result, 8)])
      })
    let buffers = [parameters.values, parameters.firstMoments, parameters.secondMoments].map {
      floats($0) + group.lowerBound
    }
    let update = divided("update", units) { part in
      let start = part.lowerBound * 16
      let count = part.count * 16
      let value = elbo_update_arguments(
        values: buffers[0] + start, first: buffers[1] + start, second: buffers[2] + start,
        gradients: gradients + start, count: Int64(count), hyperparameters: state, normParts: partial,
        normPartCount: Int32(threads), normPartStride: 8, limit: limit, gate: gate.map { UnsafePointer(address($0)) },
        optimizer: Int32(optimizer.kernelCode.rawValue))
      return bind(
        elbo_update, value,
        reads: [range(gradients + start, count)] + (0..<threads).map { bytes(partial + $0 * 8, 8) }
          + (gate.map { [whole($0)] } ?? []),
        writes: buffers.map { range($0 + start, count) })
    }
    return [norm, update]
  }

  private func bytes(_ start: UnsafeMutablePointer<Double>, _ count: Int) -> Range<UInt> {
    let address = UInt(bitPattern: start)
    return address..<address + UInt(count)
  }
}

extension OptimizerKind {
  var kernelCode: elbo_optimizer {
    switch self {
    case .adam: ELBO_ADAM
    case .adamW: ELBO_ADAMW
    case .adamax: ELBO_ADAMAX
    case .rmsprop: ELBO_RMSPROP
    case .sgd: ELBO_SGD
    }
  }
}

extension Hyperparameters {
  /// With Adam's bias corrections for update number `updateCount`, computed in Double.
  func forKernel(_ optimizer: OptimizerKind) -> elbo_hyperparameters {
    let t = Double(updateCount)
    let beta2 = beta2 ?? optimizer.defaultBeta2
    return elbo_hyperparameters(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
      momentum: momentum, correction1: Float(1 / (1 - pow(Double(beta1), t))),
      correction2: Float(1 / (1 - pow(Double(beta2), t))), gradientScale: 1)
  }
}

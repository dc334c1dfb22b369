import Graphs
import Tensors

/// The training workloads that every peer runs: the same networks, batch sizes and optimizer.
package enum Workload: String, CaseIterable, Sendable {
  /// 784-400-20, ReLU; pytorch/examples `vae`.
  case mlp
  /// Two stride-2 convolutions of 32 and 64 channels, dense 16, latent 20, mirrored.
  case conv
  /// 64×64, four 4×4 stride-2 convolutions of 32 channels (Burgess et al. 2018).
  case burgess
  /// 784-200-200-50, tanh (Burda et al. 2016), k importance samples, binarized dynamically.
  case iwae

  package var defaultBatch: Int {
    switch self {
    case .mlp, .conv: 128
    case .burgess: 64
    case .iwae: 20
    }
  }

  /// Floating-point operations per image, forward and backward: three products for every one forward, at 2 a
  /// multiply-add. Those of the definition: convolutions in tiles of 2×2 pixels take fewer, so that a step can be
  /// faster than a matrix product with as many operations.
  package func flopsPerImage(k: Int) -> Double {
    switch self {
    case .mlp: 6.0 * (784 * 400 + 400 * 40 + 20 * 400 + 400 * 784)
    case .conv:
      6.0
        * (14 * 14 * 9 * 32 + 7 * 7 * 9 * 32 * 64 + 3136 * 16 + 16 * 40 + 20 * 16 + 16 * 3136 + 49 * 9 * 64 * 64
          + 196 * 9 * 64 * 32 + 784 * 9 * 32)
    case .burgess:
      6.0
        * (2 * (1024 * 16 * 32 + (256 + 64 + 16) * 16 * 1024) + 512 * 256 * 2 + 256 * 256 * 2 + 256 * 20 + 10 * 256)
    case .iwae:
      6.0 * (784 * 200 + 200 * 200 + 200 * 100) + 6.0 * Double(k) * (50 * 200 + 200 * 200 + 200 * 784)
    }
  }
}

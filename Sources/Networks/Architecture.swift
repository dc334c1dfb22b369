import Tensors

/// Encoder and decoder of a model, as data.
package struct Architecture: Hashable, Sendable {
  package var name: String
  package var encoder: [Layer]
  package var decoder: [Layer]
  package var activation: Activation
  /// The encoder's log σ² is kept inside these bounds by a hard tanh, which has no gradient beyond them; nil for no
  /// bounds.
  package var logVarianceBounds: ClosedRange<Float>?

  package init(
    name: String, encoder: [Layer], decoder: [Layer], activation: Activation = .relu,
    logVarianceBounds: ClosedRange<Float>? = nil
  ) {
    (self.name, self.encoder, self.decoder, self.activation) = (name, encoder, decoder, activation)
    self.logVarianceBounds = logVarianceBounds
  }

  /// Whether the last operation of the decoder adds a bias.
  package var endsInBias: Bool {
    switch decoder.last {
    case .dense(_, let activation), .convolution(_, _, _, _, let activation),
      .transposedConvolution(_, _, _, _, let activation), .convolution1D(_, _, _, _, let activation),
      .transposedConvolution1D(_, _, _, _, let activation):
      activation == nil || activation == Activation.none
    default: false
    }
  }
}

/// Named architectures, fitted to the shape of the data.
package enum Preset: String, CaseIterable, Sendable {
  /// One hidden layer (Kingma & Welling 2014; pytorch/examples).
  case mlp
  /// Two stride-2 3×3 convolutions of 32 and 64 channels and dense 16, mirrored.
  case conv
  /// Two stride-2 convolutions of width 5 along a series, 32 and 64 channels, and dense 16, mirrored.
  case conv1d
  /// Four stride-2 4×4 convolutions of 32 channels and two dense layers of 256 (Burgess et al. 2018).
  case burgess
  /// 200-200 with tanh (Burda et al. 2016).
  case iwae
  /// Two gated layers of 300, log σ² within [−6, 2] (Tomczak & Welling 2018).
  case gated
  /// Stride-2 convolutions with residual blocks.
  case resnet

  package var summary: String {
    switch self {
    case .mlp: "one hidden layer; hidden=400"
    case .conv: "two stride-2 3×3 convolutions of 32 and 64 channels, dense 16, mirrored: the article's network"
    case .conv1d: "the same along series: width 5, of vectors or examples C×1×L"
    case .burgess: "stride-2 4×4 convolutions of 32 channels, two dense layers of 256"
    case .iwae: "dense 200-200, tanh"
    case .gated: "two gated dense layers of 300, log σ² within [−6, 2]"
    case .resnet: "stride-2 convolutions with residual blocks"
    }
  }

  /// The latent size the source uses.
  package var defaultLatent: Int {
    switch self {
    case .mlp, .conv, .conv1d: 20
    case .burgess: 10
    case .iwae: 50
    case .gated: 40
    case .resnet: 32
    }
  }

  /// - Parameters:
  ///   - example: `[C, H, W]` or `[D]`.
  ///   - hidden: Widths of the hidden layers of `mlp`.
  /// - Throws: `ShapeMismatch` when a convolutional preset is asked for data that are not images.
  package func architecture(
    for example: Shape, hidden: [Int] = [400], activation: Activation? = nil
  ) throws(ArchitectureError) -> Architecture {
    let size = example.count
    switch self {
    case .mlp, .iwae:
      let widths = self == .mlp ? hidden : [200, 200]
      return Architecture(
        name: rawValue, encoder: widths.map { .dense($0, nil) },
        decoder: widths.reversed().map { .dense($0, nil) } + [.dense(size, nil)],
        activation: activation ?? (self == .mlp ? .relu : .tanh))
    case .gated:
      return Architecture(
        name: rawValue, encoder: [.gated(300), .gated(300)], decoder: [.gated(300), .gated(300), .dense(size, nil)],
        activation: activation ?? .relu, logVarianceBounds: -6...2)
    case .conv1d:
      guard example.rank == 1 || example[1] == 1 else {
        throw ArchitectureError(
          span: 0..<0, reason: "'conv1d' needs series, C×1×L or vectors; of images of \(example): conv")
      }
      return along(example, activation ?? .relu)
    case .conv, .burgess, .resnet:
      guard example.rank == 3 else {
        throw ArchitectureError(
          span: 0..<0, reason: "'\(rawValue)' needs images, these data are vectors of \(size); along them: conv1d")
      }
      return convolutional(example, activation ?? .relu)
    }
  }

  private func along(_ example: Shape, _ activation: Activation) -> Architecture {
    let (channels, length) = example.rank == 1 ? (1, example[0]) : (example[0], example[2])
    let quarter = (length + 3) / 4
    func up(_ c: Int, _ s: Int) -> Layer {
      .transposedConvolution1D(channels: c, kernel: 5, stride: s, padding: nil, nil)
    }
    return Architecture(
      name: rawValue,
      encoder: [32, 64].map { .convolution1D(channels: $0, kernel: 5, stride: 2, padding: nil, nil) } + [
        .dense(16, nil)
      ],
      decoder: [
        .dense(16, nil), .dense(64 * quarter, nil), .reshape(64, 1, quarter), up(64, 2), up(32, 2), up(channels, 1),
      ],
      activation: activation)
  }

  private func convolutional(_ example: Shape, _ activation: Activation) -> Architecture {
    let channels = example[0]
    func down(_ n: Int, _ times: Int) -> Int { (0..<times).reduce(n) { extent, _ in (extent + 1) / 2 } }
    func conv(_ c: Int, _ k: Int, _ s: Int) -> Layer {
      .convolution(channels: c, kernel: k, stride: s, padding: nil, nil)
    }
    func up(_ c: Int, _ k: Int, _ s: Int) -> Layer {
      .transposedConvolution(channels: c, kernel: k, stride: s, padding: nil, nil)
    }
    switch self {
    case .burgess:
      let depth = Swift.min(example[1], example[2]) >= 64 ? 4 : 3
      let (h, w) = (down(example[1], depth), down(example[2], depth))
      return Architecture(
        name: rawValue,
        encoder: Array(repeating: conv(32, 4, 2), count: depth) + [.dense(256, nil), .dense(256, nil)],
        decoder: [.dense(256, nil), .dense(256, nil), .dense(32 * h * w, nil), .reshape(32, h, w)]
          + Array(repeating: up(32, 4, 2), count: depth - 1) + [up(channels, 4, 2)], activation: activation)
    case .resnet:
      let (h, w) = (down(example[1], 2), down(example[2], 2))
      return Architecture(
        name: rawValue,
        encoder: [conv(32, 3, 2), .residual(32), conv(64, 3, 2), .residual(64), .dense(128, nil)],
        decoder: [
          .dense(128, nil), .dense(64 * h * w, nil), .reshape(64, h, w), .residual(64), up(32, 3, 2),
          .residual(32), up(32, 3, 2), conv(channels, 3, 1),
        ], activation: activation)
    default:
      let (h, w) = (down(example[1], 2), down(example[2], 2))
      return Architecture(
        name: rawValue, encoder: [conv(32, 3, 2), conv(64, 3, 2), .dense(16, nil)],
        decoder: [
          .dense(16, nil), .dense(64 * h * w, nil), .reshape(64, h, w), up(64, 3, 2), up(32, 3, 2), up(channels, 3, 1),
        ],
        activation: activation)
    }
  }
}

/// One layer of an architecture, as data. Text form in parentheses.
package enum Layer: Hashable, Sendable {
  /// `y = xW + b` (`dense16`).
  case dense(Int, Activation?)
  /// `(xA + a) ⊙ σ(xB + b)`, the gated layer of Tomczak & Welling 2018 (`gated300`).
  case gated(Int)
  /// Convolution (`conv32k3s2`, padding `p1` or else "same": the result is ⌈n / stride⌉).
  case convolution(channels: Int, kernel: Int, stride: Int, padding: Int?, Activation?)
  /// Transposed convolution (`convt32k3s2`); without `p` the result is n · stride.
  case transposedConvolution(channels: Int, kernel: Int, stride: Int, padding: Int?, Activation?)
  /// Convolution along a series (`conv1d32k5s2`): an image `[C, 1, L]`, or a vector `[D]` as one of one channel.
  case convolution1D(channels: Int, kernel: Int, stride: Int, padding: Int?, Activation?)
  /// Transposed convolution along a series (`convt1d32k5s2`); without `p` the result is n · stride.
  case transposedConvolution1D(channels: Int, kernel: Int, stride: Int, padding: Int?, Activation?)
  /// `x + conv(act(conv(act(x))))`, 3×3, with unchanged number of channels (`res64`).
  case residual(Int)
  /// `[C, H, W]` (`reshape64x7x7`).
  case reshape(Int, Int, Int)
  /// Largest or mean of windows (`maxpool2`, `avgpool2`).
  case maxPool(Int)
  case averagePool(Int)
  /// Over batch and pixels, per channel; running statistics outside training (`batchnorm`).
  case batchNorm
  /// Over all features of an example, with a scale and a shift for each (`layernorm`).
  case layerNorm
  /// Over groups of channels of an example, with a scale and a shift per channel (`groupnorm8`).
  case groupNorm(Int)
  /// Sets this fraction of features to zero in training and scales the rest (`dropout0.2`).
  case dropout(Float)
}

extension Layer {
  /// Whether its result for an example depends on the others of the batch: where a batch is divided, it needs sums over all of
  /// it.
  package var couplesRows: Bool { self == .batchNorm }
}

extension [Layer] {
  /// Which of these layers get images `[C, H, W]`, when the first gets an example of `exampleRank` extents.
  private func getImages(exampleRank: Int) -> [Bool] {
    var isImage = exampleRank == 3
    return map { layer in
      defer {
        switch layer {
        case .dense, .gated: isImage = false
        case .reshape, .convolution1D, .transposedConvolution1D: isImage = true
        default: break
        }
      }
      return isImage
    }
  }

  /// Whether a layer normalization gets images.
  package func normalizesImages(exampleRank: Int) -> Bool {
    zip(self, getImages(exampleRank: exampleRank)).contains { $0 == .layerNorm && $1 }
  }

  /// With one scale and shift per channel where a layer normalization of images now has one per feature, as `layernorm`
  /// had in models of format 1.
  package func perChannel(exampleRank: Int) -> [Layer] {
    zip(self, getImages(exampleRank: exampleRank)).map { $0 == .layerNorm && $1 ? .groupNorm(1) : $0 }
  }
}

/// Elementwise non-linearities.
package enum Activation: String, Hashable, Sendable, CaseIterable, Codable {
  case relu, leakyrelu, elu, gelu, silu, tanh, sigmoid, softplus, none
}

/// An error in the text of an architecture, with its position.
package struct ArchitectureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// UTF-8 offsets in the text.
  package let span: Range<Int>
  package let reason: String

  package init(span: Range<Int>, reason: String) {
    self.span = span
    self.reason = reason
  }

  package var description: String { "at \(span.lowerBound): \(reason)" }
}

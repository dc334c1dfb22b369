import Glibc
import Tensors

extension Likelihood {
  /// Whether there is a p(x | z) to draw from: a squared error defines none.
  package var hasSamples: Bool { self != .squaredError }

  /// One draw of p(x | z) for each pixel of an example, in Double:
  ///
  ///     Bernoulli              u < σ(l)
  ///     continuous Bernoulli   F⁻¹(u) = log(1 + u·(eˡ − 1)) / l
  ///     Gaussian               mean + σ·ε
  ///     logistic, 256 bins     the bin of mean + scale·log(u / (1 − u)), as v/255
  ///
  /// - Parameters:
  ///   - outputs: The decoder's, `outputsPerPixel` for each pixel.
  ///   - sigma: σ of the Gaussian ones.
  ///   - stream: Element `first + i` is drawn for pixel i.
  func draw(
    _ outputs: UnsafeBufferPointer<Float>, sigma: Double, stream: RandomStream, first: Int,
    into pixels: UnsafeMutableBufferPointer<Float>
  ) {
    let count = pixels.count
    for i in 0..<count {
      let output = Double(outputs[i])
      switch self {
      case .bernoulli: pixels[i] = Double(stream.uniform(first + i)) < 1 / (1 + exp(-output)) ? 1 : 0
      case .continuousBernoulli:
        pixels[i] = Float(Self.continuousBernoulli(output, Self.inside(stream.uniform(first + i))))
      case .gaussian, .gaussianLearned: pixels[i] = Float(output + sigma * Double(stream.normal(first + i)))
      case .logistic256:
        let u = Self.inside(stream.uniform(first + i))
        let scale = exp(min(max(Double(outputs[count + i]), -4.5), 0))
        let value = 1 / (1 + exp(-output)) + scale * log(u / (1 - u))
        pixels[i] = Float(min(max((value * 256).rounded(.down), 0), 255) / 255)
      case .squaredError: pixels[i] = outputs[i]
      }
    }
  }

  /// The middle of the 2⁻²⁴ that a uniform number stands for: never 0 or 1.
  private static func inside(_ u: Float) -> Double { Double(u) + 0x1p-25 }

  /// The quantile of `u` for logit `l`, in the form that does not overflow on its side of 0.
  private static func continuousBernoulli(_ l: Double, _ u: Double) -> Double {
    if abs(l) < 1e-6 { return u }
    return l > 0 ? 1 + log(u + (1 - u) * exp(-l)) / l : log1p(u * expm1(l)) / l
  }
}

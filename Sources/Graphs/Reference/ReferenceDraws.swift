import Glibc
import Tensors

extension Reference {
  /// Element `index` of a draw, by `RandomStream`'s definition.
  static func draw(_ distribution: Distribution, _ stream: RandomStream, _ index: Int) -> Double {
    let block = stream.block(UInt32(index / 4))
    switch distribution {
    case .uniform: return Double(block[index % 4] >> 8) * 0x1p-24
    case .normal:
      let pair = index % 4 / 2 * 2
      let radius = (-2 * Glibc.log(Double((block[pair] >> 8) + 1) * 0x1p-24)).squareRoot()
      let angle = 2 * Double.pi * Double(block[pair + 1] >> 8) * 0x1p-24
      return radius * (index % 2 == 0 ? Glibc.cos(angle) : Glibc.sin(angle))
    }
  }
}

import Glibc

/// A counter-based random stream: Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3").
///
/// A draw is a pure function of seed, purpose, step and position, never of what was drawn before or by which thread:
/// word `i` of a draw is lane `i % 4` of the block with
///
///     key     = (seed low, seed high)
///     counter = (i / 4, step low, step high, purpose)
///
/// From words to numbers, the definition that every kernel keeps:
/// - uniform `(word >> 8) · 2⁻²⁴`, in [0, 1);
/// - normal by Box–Muller on word pairs (a, b) → elements (2j, 2j+1):
///   `r = √(−2 ln(((a >> 8) + 1) · 2⁻²⁴))`, `θ = 2π · (b >> 8) · 2⁻²⁴`, `(r cos θ, r sin θ)`; |x| ≤ 5.77;
/// - Bernoulli(p): `uniform < p`.
package struct RandomStream: Hashable, Sendable {
  package let seed: UInt64
  package let purpose: UInt32
  package var step: UInt64

  package init(seed: UInt64, purpose: UInt32, step: UInt64 = 0) {
    self.seed = seed
    self.purpose = purpose
    self.step = step
  }

  /// A stream named for what it is drawn for (`"shuffle"`, `"posterior"` …): the purpose is FNV-1a of the name.
  package init(seed: UInt64, purpose name: String, step: UInt64 = 0) {
    self.init(seed: seed, purpose: RandomStream.purpose(named: name), step: step)
  }

  package static func purpose(named name: String) -> UInt32 { purpose(2_166_136_261, then: name) }

  /// The purpose of what `name` says within another one: FNV-1a goes on where that ended.
  package static func purpose(_ purpose: UInt32, then name: String) -> UInt32 {
    name.utf8.reduce(purpose) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }

  /// Words `4·index ..< 4·index + 4`.
  package func block(_ index: UInt32) -> SIMD4<UInt32> {
    Self.philox(
      counter: SIMD4(index, UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32), purpose),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  }

  /// Ten rounds of Philox4x32.
  package static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var c = counter
    var k = key
    for round in 0..<10 {
      if round > 0 { k = k &+ SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let low = UInt64(0xD251_1F53) * UInt64(c.x)
      let high = UInt64(0xCD9E_8D57) * UInt64(c.z)
      c = SIMD4(
        UInt32(truncatingIfNeeded: high >> 32) ^ c.y ^ k.x, UInt32(truncatingIfNeeded: high),
        UInt32(truncatingIfNeeded: low >> 32) ^ c.w ^ k.y, UInt32(truncatingIfNeeded: low))
    }
    return c
  }
}

extension RandomStream {
  /// Element `index` of a uniform draw.
  package func uniform(_ index: Int) -> Float { Float(block(UInt32(index / 4))[index % 4] >> 8) * 0x1p-24 }

  /// Element `index` of a normal draw.
  package func normal(_ index: Int) -> Float {
    let words = block(UInt32(index / 4))
    let pair = index % 4 / 2 * 2
    let radius = (-2 * log((Double(words[pair] >> 8) + 1) * 0x1p-24)).squareRoot()
    let angle = 2 * Double.pi * Double(words[pair + 1] >> 8) * 0x1p-24
    return Float(radius * (index % 2 == 0 ? cos(angle) : sin(angle)))
  }
}

import CCrypto
import Synchronization
import Tensors

/// SHA-256 of bytes.
package enum SHA256Digest {
  /// Lower-case hexadecimal.
  package static func hex(_ pieces: [UnsafeRawBufferPointer]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    guard let context = EVP_MD_CTX_new() else { return "" }
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    for piece in pieces { EVP_DigestUpdate(context, piece.baseAddress, piece.count) }
    EVP_DigestFinal_ex(context, &digest, nil)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// The hash of a dataset's stored content: shape, type, elements and labels. Computed once, on first use.
///
/// Files larger than `wholeBytes` would take too long to hash completely: of them, `samples` evenly
/// spaced blocks are hashed, and the text begins with `sampled-`.
package final class ContentHash: Sendable {
  static let wholeBytes = 512 << 20
  static let samples = 256
  static let sampleBytes = 1 << 18

  private let tensor: Tensor
  private let labels: [Int32]?
  private let known = Mutex<String?>(nil)

  init(_ tensor: Tensor, labels: [Int32]?) { (self.tensor, self.labels) = (tensor, labels) }

  /// `sha256-…` or `sampled-…` with 64 hexadecimal digits.
  package var text: String {
    known.withLock { known in
      if let known { return known }
      let text = compute()
      known = text
      return text
    }
  }

  private func compute() -> String {
    let head = Array("\(tensor.dtype.rawValue) \(tensor.shape)\n".utf8)
    return head.withUnsafeBytes { head in
      tensor.withUnsafeBytes { bytes in
        (labels ?? []).withUnsafeBytes { labels in
          let isWhole = bytes.count <= Self.wholeBytes
          let blocks = isWhole ? [bytes] : Self.blocks(of: bytes)
          defer { if !isWhole { tensor.storage.releasePages() } }
          return (isWhole ? "sha256-" : "sampled-") + SHA256Digest.hex([head] + blocks + [labels])
        }
      }
    }
  }

  private static func blocks(of bytes: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    let step = (bytes.count - sampleBytes) / (samples - 1)
    return (0..<samples).map { UnsafeRawBufferPointer(rebasing: bytes[$0 * step..<$0 * step + sampleBytes]) }
  }
}

import CCrypto

/// Signs messages with HMAC-SHA256 over header, parent header, metadata and content, in hexadecimal.
package struct Signature: Sendable {
  private let key: [UInt8]

  /// An empty key signs nothing and accepts everything, as the protocol has it.
  package init(key: String) { self.key = Array(key.utf8) }

  /// The signature of a message's four parts.
  package func sign(_ parts: [[UInt8]]) -> [UInt8] {
    guard !key.isEmpty else { return [] }
    let data = Array(parts.joined())
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    guard HMAC(EVP_sha256(), key, Int32(key.count), data, data.count, &digest, &length) != nil else { return [] }
    return Array(hexadecimal(Array(digest[..<Int(length)])).utf8)
  }

  /// Whether `signature` is valid; constant-time comparison.
  package func verify(_ signature: [UInt8], _ parts: [[UInt8]]) -> Bool {
    guard !key.isEmpty else { return true }
    let expected = sign(parts)
    guard !expected.isEmpty, signature.count == expected.count else { return false }
    return CRYPTO_memcmp(signature, expected, expected.count) == 0
  }
}

/// Signatures seen before, to prevent replay attacks. Remembers the last 65,536.
struct SeenSignatures {
  private var seen: Set<[UInt8]> = []
  private var order: [[UInt8]] = []
  private var oldest = 0
  private let limit: Int

  init(limit: Int = 65_536) { self.limit = limit }

  /// Returns false when it was already known.
  mutating func insert(_ signature: [UInt8]) -> Bool {
    guard seen.insert(signature).inserted else { return false }
    if order.count < limit {
      order.append(signature)
    } else {
      seen.remove(order[oldest])
      order[oldest] = signature
      oldest = (oldest + 1) % limit
    }
    return true
  }
}

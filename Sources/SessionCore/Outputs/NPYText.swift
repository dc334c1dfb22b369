import Tensors

/// NumPy's .npy, version 1.0.
package enum NPYText {
  package static func bytes(of tensor: Tensor) -> [UInt8] {
    let type =
      switch tensor.dtype {
      case .float32: "<f4"
      case .float64: "<f8"
      case .int32: "<i4"
      case .uint8: "|u1"
      }
    let extents = tensor.shape.dimensions.map { "\($0)," }.joined(separator: " ")
    let shape = tensor.shape.rank > 1 ? String(extents.dropLast()) : extents
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    tensor.withUnsafeBytes { bytes += $0 }
    return bytes
  }
}

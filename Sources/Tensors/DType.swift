/// Element types: float32 computes, the others store.
package enum DType: String, Sendable, CaseIterable {
  case float32, float64, int32, uint8

  /// Bytes per element.
  package var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .uint8: 1
    }
  }
}

/// A Swift type that a tensor can hold.
package protocol TensorElement: BitwiseCopyable, Sendable {
  static var dtype: DType { get }
}

extension Float: TensorElement { package static var dtype: DType { .float32 } }
extension Double: TensorElement { package static var dtype: DType { .float64 } }
extension Int32: TensorElement { package static var dtype: DType { .int32 } }
extension UInt8: TensorElement { package static var dtype: DType { .uint8 } }

/// A JSON value.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  /// Keys keep their order.
  case object([Member])

  package struct Member: Hashable, Sendable {
    package let key: String
    package let value: JSON
    package init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }
}

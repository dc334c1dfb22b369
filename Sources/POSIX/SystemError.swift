import Glibc

/// Why the system refused: `errno`.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  package let number: Int32

  /// - Parameter number: `errno`, read before anything else is called.
  package init(_ number: Int32 = errno) { self.number = number }

  package var description: String { String(cString: strerror(number)) }
}

import Foundation

/// A value written as JSON and read again.
enum Kept {
  static func again<T: Codable>(_ value: T) throws -> T {
    try JSONDecoder().decode(T.self, from: JSONEncoder().encode(value))
  }
}

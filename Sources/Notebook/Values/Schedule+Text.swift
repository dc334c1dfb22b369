import SessionCore
import Text
import VAEngine

extension Schedule {
  /// How it gets to its target, in words; empty when it is there from the beginning.
  var course: String {
    func text(_ value: Double) -> String { NumberText.short(value) }
    return switch self {
    case .constant: ""
    case .linear(let from, _, let epochs): "from \(text(Double(from))) over \(text(epochs)) epochs"
    case .cyclical(let from, _, let period): "from \(text(Double(from))) restarting every \(text(period)) epochs"
    }
  }
}

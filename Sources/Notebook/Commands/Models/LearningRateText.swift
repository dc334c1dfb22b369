import SessionCore
import VAEngine

/// The learning rate's schedule in words: `step:30:0.1`, `milestones:50,75:0.1`, `cosine`, `plateau:5:0.5`, `iwae`.
enum LearningRateText {
  static let forms = [
    ValueWord("constant", "the same learning rate throughout"),
    ValueWord("step:30:0.1", "multiplied by 0.1 every 30 epochs"),
    ValueWord("milestones:50,75:0.1", "multiplied by 0.1 at epoch 50 and again at 75"),
    ValueWord("cosine", "cosine decay"), ValueWord("plateau:5:0.5", "halved after 5 epochs without improvement"),
    ValueWord("iwae", "3ⁱ epochs at 10^(−i/7) (Burda et al. 2016)"),
  ]
  static let expectation =
    "constant, step:EPOCHS[:FACTOR], milestones:50,75[:FACTOR], cosine[:FLOOR], plateau[:PATIENCE[:FACTOR]] or iwae"

  /// The text of a schedule.
  static func text(_ schedule: LearningRateSchedule) -> String {
    switch schedule {
    case .constant: "constant"
    case .step(let every, let factor): "step:\(every):\(factor)"
    case .milestones(let epochs, let factor): "milestones:\(epochs.map(String.init).joined(separator: ",")):\(factor)"
    case .cosine(_, let floor): "cosine:\(floor)"
    case .plateau(let patience, let factor): "plateau:\(patience):\(factor)"
    case .iwaeLadder: "iwae"
    }
  }

  /// nil when the text is not a schedule.
  ///
  /// - Parameter epochs: The number of epochs at which a cosine ends.
  static func parse(_ text: String, epochs: Int) -> LearningRateSchedule? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    func factor(_ place: Int, _ otherwise: Float, zero: Bool = false) -> Float? {
      guard parts.count > place else { return otherwise }
      guard parts.count == place + 1, let value = Float(parts[place]), value <= 1, value > 0 || zero && value == 0
      else { return nil }
      return value
    }
    func whole(_ text: String) -> Int? { Int(text).flatMap { $0 > 0 ? $0 : nil } }
    switch parts[0] {
    case "constant" where parts.count == 1: return .constant
    case "iwae" where parts.count == 1: return .iwaeLadder
    case "cosine": return factor(1, 0, zero: true).map { .cosine(epochs: epochs, floor: $0) }
    case "step":
      guard parts.count > 1, let every = whole(parts[1]) else { return nil }
      return factor(2, 0.1).map { .step(every: every, factor: $0) }
    case "plateau":
      guard let patience = parts.count > 1 ? whole(parts[1]) : 5 else { return nil }
      return factor(2, 0.5).map { .plateau(patience: patience, factor: $0) }
    case "milestones":
      guard parts.count > 1 else { return nil }
      let words = parts[1].split(separator: ",", omittingEmptySubsequences: false)
      let marks = words.compactMap { whole(String($0)) }
      guard marks.count == words.count, marks == marks.sorted() else { return nil }
      return factor(2, 0.1).map { .milestones(marks, factor: $0) }
    default: return nil
    }
  }
}

import JSONText
import Language
import ProcessGroups
import SessionCore
import Tensors
import VAEngine
import WorkspaceStore

/// The trials of a sweep on the ranks: each has a training of its own at a time, and where one ends, the next begins.
///
/// The ranks work in turns of about a second. In each, rank 0 hands a training to every rank that has none, all train, all say
/// how far they are, and those that are done hand over what they have. A training that is stopped goes on with the same bits,
/// so the table is that of one process.
struct RankSweep {
  /// Whether this process trains by itself, though there are others.
  @TaskLocal static var isAlone = false

  private let group: any ProcessGroup
  private let training: SweepTraining

  /// On rank 0: the sweep that the others have joined; nil where they cannot: by itself, with data that no variable holds, or
  /// with logs, which only rank 0 writes. Then all ranks train each trial together.
  static func begin(_ plan: SweepPlan, _ execution: Execution) throws -> RankSweep? {
    let group = execution.options.group
    guard group.size > 1, execution.state.settings.logs.isEmpty,
      case let name = String(plan.data.prefix { $0.isLetter || $0.isNumber || $0 == "_" }),
      case .object(let data as DatasetValue)? = execution.lookup(name)
    else { return nil }
    var message = RankMessage(
      .object([
        .init("work", .string("sweep")), .init("plan", .string(try JSON.text(encoding: plan))),
        .init("name", .string(name)), .init("threads", .integer(execution.state.settings.threads ?? 0)),
      ]))
    try message.add("data", data)
    _ = try group.message(message.bytes)
    try RankTraining.agree(group, reason: nil)
    return RankSweep(group: group, training: SweepTraining(plan: plan, execution: execution, verbSpan: 0..<0))
  }

  /// On rank 0: lets the others go.
  func end() {
    if !group.isBroken { _ = try? group.message(RankMessage(.object([.init("work", .string("end"))])).bytes) }
  }

  /// On another rank: a session with nothing but the data.
  init(
    _ message: RankMessage, _ loaded: inout LoadedData, _ options: SessionOptions, _ interruption: Interruption
  ) throws {
    guard let data = try message.data("data", options, &loaded) else { throw Damage("a sweep without data") }
    let plan = try JSON.decoded(SweepPlan.self, from: try Damage.text(message.detail["plan"], "plan"))
    group = options.group
    var own = options
    (own.group, own.workspace) = (OneProcess(), nil)
    let session = try Session(own, table: .standard)
    let execution = Execution(
      session: session, core: Session.Core(), source: SourceText("sweep"), frontEnd: Silence(),
      interruption: interruption)
    let threads = message.detail["threads"]?.integerValue ?? 0
    execution.state.settings.threads = threads > 0 ? threads : nil
    execution.set(try Damage.text(message.detail["name"], "name"), to: .object(data))
    training = SweepTraining(plan: plan, execution: execution, verbSpan: 0..<0)
  }

  private init(group: any ProcessGroup, training: SweepTraining) { (self.group, self.training) = (group, training) }

  private final class Silence: FrontEnd {
    var width: Int { 80 }
    func emit(_ event: Event) {}
    func ask(_ prompt: String) -> String? { nil }
  }

  // MARK: Turns

  /// What a rank says at the end of a turn.
  private enum State: String { case idle, training, done, stopped }

  /// The training that a rank has.
  struct Place {
    var task: SweepTraining.Task
    /// Seconds of its next turn: more after one in which it made no step, as when a validation takes longer.
    fileprivate var seconds = 1.0

    init(_ task: SweepTraining.Task) { self.task = task }
  }

  private func work(_ place: inout Place?) -> State {
    guard place != nil else { return .idle }
    return Self.$isAlone.withValue(true) {
      guard var own = place else { return .idle }
      defer {
        place = own
        _ = training.execution.takeNotes()
      }
      let step = own.task.model.training.step
      let end = training.advance(&own.task, for: own.seconds)
      if end == .done { return .done }
      if Stopping.isRequested { return .stopped }
      own.seconds = own.task.model.training.step > step ? 1 : own.seconds * 2
      return .training
    }
  }

  /// On rank 0: a turn with these trainings by rank, new ones where `isNew`.
  ///
  /// - Returns: What became of those that are done, by rank, and whether a rank was asked to stop: then the others have handed
  ///   over what they have, too.
  func turn(
    _ places: inout [SweepTraining.Task?], own: inout Place?, isNew: [Bool]
  ) throws -> (ended: [Int], isStopped: Bool) {
    var message = RankMessage(.object([.init("work", .string("turn"))]))
    for rank in 1..<group.size where isNew[rank] {
      guard let task = places[rank] else { continue }
      try message.add("rank \(rank)", task)
    }
    _ = try group.message(message.bytes)
    let states = try states(work(&own))
    let isStopped = states.contains(.stopped)
    var ended: [Int] = []
    var received: [(rank: Int, bytes: [UInt8])] = []
    for rank in states.indices where Self.handsOver(states[rank], isStopped) {
      ended.append(rank)
      if rank == 0 { places[0] = own?.task } else { received.append((rank, try group.message(from: rank))) }
    }
    for (rank, bytes) in received {
      let threads = training.execution.state.settings.threads
      if let task = places[rank] { places[rank] = try RankMessage(bytes: bytes).task("task", after: task, threads) }
    }
    return (ended, isStopped)
  }

  /// On another rank: turns until rank 0 ends them.
  func follow() throws {
    var place: Place?
    while true {
      let message = try RankMessage(bytes: try group.message(isPatient: true))
      guard message.detail["work"]?.stringValue == "turn" else { return }
      if let task = try message.task("rank \(group.rank)", training.execution.state.settings.threads) {
        place = Place(task)
      }
      let states = try states(work(&place))
      let isStopped = states.contains(.stopped)
      for rank in states.indices.dropFirst() where Self.handsOver(states[rank], isStopped) {
        var own = RankMessage(.object([]))
        if rank == group.rank, let task = place?.task { try own.add("task", task) }
        _ = try group.message(own.bytes, from: rank)
        if rank == group.rank { place = nil }
      }
    }
  }

  private func states(_ own: State) throws -> [State] {
    try group.texts(own.rawValue, isPatient: true).map { State(rawValue: $0) ?? .idle }
  }

  private static func handsOver(_ state: State, _ isStopped: Bool) -> Bool {
    state == .done || isStopped && state != .idle
  }
}

extension RankMessage {
  fileprivate mutating func add(_ key: String, _ task: SweepTraining.Task) throws {
    add(key, try task.model.stored())
    guard case .object(let members) = detail else { return }
    detail = .object(
      members + [
        .init(
          key + " task",
          .object([
            .init("run", .string(try JSON.text(encoding: task.run))), .init("variable", .string(task.variable)),
            .init("words", .string(task.words)), .init("epochs", .integer(task.epochs)),
          ]))
      ])
  }

  fileprivate func task(_ key: String, _ threads: Int?) throws -> SweepTraining.Task? {
    guard let stored = try value(key), let part = detail[key + " task"] else { return nil }
    return SweepTraining.Task(
      run: try JSON.decoded(SweepTrial.Run.self, from: try Damage.text(part["run"], "run")),
      model: try ModelValue(stored: stored, threads: threads),
      variable: try Damage.text(part["variable"], "variable"), words: try Damage.text(part["words"], "words"),
      epochs: part["epochs"]?.integerValue ?? 0)
  }

  fileprivate func task(
    _ key: String, after task: SweepTraining.Task, _ threads: Int?
  ) throws -> SweepTraining.Task { try self.task(key, threads) ?? task }
}

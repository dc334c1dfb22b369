import ProcessGroups
import SessionCore

extension SweepRun {
  /// Trains these trials, one training on each rank at a time; how the sweep ended where it did.
  mutating func train(_ indices: [Int], to epochs: Int, on ranks: RankSweep) throws -> End? {
    let size = execution.options.group.size
    let before = sweep.trials
    var waiting = indices.flatMap { trial in sweep.trials[trial].runs.indices.map { (trial: trial, run: $0) } }[...]
    var tasks = [SweepTraining.Task?](repeating: nil, count: size)
    var places = [(trial: Int, run: Int)?](repeating: nil, count: size)
    var own: RankSweep.Place?
    var isOver = false
    while true {
      var isNew = [Bool](repeating: false, count: size)
      for rank in 0..<size where places[rank] == nil {
        while !isOver, let next = waiting.first {
          isOver = isOutOfTime
          guard !isOver else { break }
          waiting.removeFirst()
          guard let task = task(next.trial, next.run, to: epochs) else { continue }
          (tasks[rank], places[rank], isNew[rank]) = (task, next, true)
          if rank == 0 { own = RankSweep.Place(task) }
          break
        }
      }
      guard places.contains(where: { $0 != nil }) else { break }
      let (ended, isStopped) = try ranks.turn(&tasks, own: &own, isNew: isNew)
      for rank in ended {
        guard let place = places[rank], let task = tasks[rank] else { continue }
        take(task, of: place.trial, place.run)
        (places[rank], tasks[rank]) = (nil, nil)
        if rank == 0 { own = nil }
      }
      forget(after: before, indices)
      if isStopped { return .stopped }
      if !ended.isEmpty {
        let open = Set((places.compactMap { $0 } + waiting).map(\.trial))
        try finish(epochs, waiting: indices.filter(open.contains)[...])
      }
    }
    return isOver && !waiting.isEmpty ? .outOfTime : nil
  }

  /// A trial ends with its first seed that fails: what other ranks made of later ones is as if it had not begun.
  private mutating func forget(after before: [SweepTrial], _ indices: [Int]) {
    for trial in indices {
      guard let failed = sweep.trials[trial].runs.firstIndex(where: { $0.error != nil }) else { continue }
      for run in sweep.trials[trial].runs.indices where run > failed {
        sweep.set(before[trial].runs[run], of: trial, at: run, model: nil)
      }
    }
  }
}

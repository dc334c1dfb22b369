import CMPI
import Glibc
import Synchronization
import Tensors

/// The processes that a launcher started, through MPI.
///
/// Waiting is bounded. A rank that has waited for two seconds tells rank 0 in which operation it is; when the limit is over,
/// those that did not are the ones that rank 0 names. The others would give up much later: rank 0 is to end them.
package final class MPIProcessGroup: ProcessGroup {
  package let rank: Int
  package let size: Int
  /// MPI's implementation and version.
  package let implementation: String
  private let limit: Duration
  private let mpi: elbo_mpi
  private let state: Mutex<State>

  private struct State {
    var hosts: [String] = []
    /// Operations begun so far, the same on all ranks.
    var operation: Int64 = 0
    /// By rank, the operation it was last heard to wait in.
    var reported: [Int64]
    var isBroken = false
    /// Those that did not answer.
    var missing: [Int] = []
    var isFinished = false
  }

  /// More elements than that are summed in several requests.
  private static let most = 1 << 28
  /// After that long, a rank says where it waits.
  private static let quiet = Duration.seconds(2)
  /// How long a stop is waited for.
  private static let grace = Duration.seconds(10)

  /// Joins the other ranks.
  ///
  /// - Parameters:
  ///   - library: The path of `libelbo-mpi.so`.
  ///   - seconds: How long the others are waited for.
  package init(library: String, seconds: Int) throws(ProcessGroupError) {
    var message = [CChar](repeating: 0, count: Int(ELBO_MPI_MESSAGE))
    guard let functions = elbo_mpi_open(library, &message) else { throw .failed(Self.text(message)) }
    let mpi = functions.pointee
    self.mpi = mpi
    guard mpi.start(&message) == 0 else { throw .failed(Self.text(message)) }
    (rank, size) = (Int(mpi.rank()), Int(mpi.size()))
    var version = [CChar](repeating: 0, count: 128)
    mpi.version(&version, version.count)
    implementation = Self.text(version)
    limit = .seconds(seconds)
    state = Mutex(State(reported: [Int64](repeating: -1, count: Int(mpi.size()))))
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let hosts = try texts(Self.text(host))
    state.withLock { $0.hosts = hosts }
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The host of every rank.
  package var hosts: [String] { state.withLock { $0.hosts } }

  package var isBroken: Bool { state.withLock { $0.isBroken } }

  package func name(of rank: Int) -> String {
    let hosts = hosts
    return hosts.indices.contains(rank) ? "rank \(rank) on \(hosts[rank])" : "rank \(rank)"
  }

  package func sum(
    _ values: UnsafeMutableBufferPointer<Float>, _ terms: UnsafeMutableBufferPointer<Double>
  ) throws(ProcessGroupError) {
    var requests: [Int32] = []
    var message = [CChar](repeating: 0, count: Int(ELBO_MPI_MESSAGE))
    if !terms.isEmpty { requests.append(mpi.sum_doubles(terms.baseAddress, Int64(terms.count), &message)) }
    for begin in stride(from: 0, to: values.count, by: Self.most) {
      let part = UnsafeMutableBufferPointer(rebasing: values[begin..<min(begin + Self.most, values.count)])
      requests.append(mpi.sum_floats(part.baseAddress, Int64(part.count), &message))
    }
    try wait(for: requests, message)
  }

  package func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, from root: Int, isPatient: Bool
  ) throws(ProcessGroupError) {
    for begin in stride(from: 0, to: bytes.count, by: Self.most) {
      let part = UnsafeMutableRawBufferPointer(rebasing: bytes[begin..<min(begin + Self.most, bytes.count)])
      var message = [CChar](repeating: 0, count: Int(ELBO_MPI_MESSAGE))
      let request = mpi.broadcast(part.baseAddress, Int64(part.count), Int32(root), &message)
      try wait(for: [request], message, isPatient: isPatient)
    }
  }

  package func gather(_ own: [UInt8], isPatient: Bool) throws(ProcessGroupError) -> [UInt8] {
    // Memory that stays where it is until all have come.
    let from = UnsafeMutableRawBufferPointer.allocate(byteCount: own.count, alignment: 16)
    let to = UnsafeMutableRawBufferPointer.allocate(byteCount: own.count * size, alignment: 16)
    defer {
      from.deallocate()
      to.deallocate()
    }
    from.copyBytes(from: own)
    var message = [CChar](repeating: 0, count: Int(ELBO_MPI_MESSAGE))
    let request = mpi.gather(from.baseAddress, Int64(own.count), to.baseAddress, &message)
    try wait(for: [request], message, isPatient: isPatient)
    return Array(to)
  }

  package func finish() {
    let found = state.withLock { state -> (isBroken: Bool, missing: [Int])? in
      if state.isFinished { return nil }
      state.isFinished = true
      return (state.isBroken, state.missing)
    }
    guard let found else { return }
    if !found.isBroken { return mpi.finish() }
    // Where a host is cut off, the launcher sees it as well, and ends all ranks. If we asked it to, it would first wait for
    // its daemon there.
    let isRemote = found.missing.contains { hosts[$0] != hosts[rank] }
    if isRemote { sleep(UInt32(limit.components.seconds)) }
    mpi.abort(1)
  }

  // MARK: Waiting

  private func wait(
    for requests: [Int32], _ message: [CChar], isPatient: Bool = false
  ) throws(ProcessGroupError) {
    let operation = state.withLock { state in
      state.operation += 1
      return state.operation
    }
    do throws(ProcessGroupError) {
      if requests.contains(where: { $0 < 0 }) { throw .failed(Self.text(message)) }
      var watch = Watch(operation: operation)
      for request in requests {
        while try !isDone(request) { try pause(&watch, isPatient: isPatient) }
      }
    } catch {
      state.withLock { $0.isBroken = true }
      throw error
    }
  }

  private struct Watch {
    let operation: Int64
    var tests = 0
    let begin = ContinuousClock.now
    var stopped: ContinuousClock.Instant?
    var hasReported = false
  }

  private func isDone(_ request: Int32) throws(ProcessGroupError) -> Bool {
    let (result, reason) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(ELBO_MPI_MESSAGE)) { text in
      let result = mpi.test(request, text.baseAddress)
      return (result, result < 0 ? text.baseAddress.map { String(cString: $0) } ?? "" : "")
    }
    if result < 0 { throw .failed(reason) }
    return result == 1
  }

  /// Between two tests: at first at once, then letting others run, at last asleep. MPI moves only while it is tested.
  private func pause(_ watch: inout Watch, isPatient: Bool) throws(ProcessGroupError) {
    watch.tests += 1
    if watch.tests < 100 { return }
    let now = ContinuousClock.now
    let waited = now - watch.begin
    if waited < .milliseconds(200) {
      sched_yield()
      return
    }
    usleep(isPatient ? 2000 : 50)
    if isPatient { return }
    if waited >= Self.quiet { exchangeReports(&watch) }
    if watch.stopped == nil, Stopping.isRequested { watch.stopped = now }
    let isStopped = watch.stopped.map { now - $0 >= Self.grace } ?? false
    guard isStopped || waited >= limit else { return }
    if rank != 0 {
      guard isStopped || waited >= limit * 2 + Self.grace else { return }
      throw .notAnswering(ranks: [name(of: 0)], seconds: Int(waited.components.seconds))
    }
    let missing = state.withLock { state in (1..<size).filter { state.reported[$0] < watch.operation } }
    state.withLock { $0.missing = missing }
    let seconds = Int(waited.components.seconds)
    throw missing.isEmpty
      ? .notConnected(seconds: seconds) : .notAnswering(ranks: missing.map { name(of: $0) }, seconds: seconds)
  }

  /// The others say where they wait; rank 0 listens.
  private func exchangeReports(_ watch: inout Watch) {
    guard rank == 0 else {
      if !watch.hasReported { mpi.report(watch.operation) }
      watch.hasReported = true
      return
    }
    var (sender, number): (Int32, Int64) = (0, 0)
    while mpi.reported(&sender, &number) == 1 {
      state.withLock { $0.reported[Int(sender)] = max($0.reported[Int(sender)], number) }
    }
  }
}

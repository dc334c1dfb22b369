import Glibc
import Notebook
import SessionCore
import Synchronization
import Testing

/// Random and mutated statements: none crashes, none hangs, and one that fails changes nothing.
///
/// ELBO_FUZZ sets how many (`make torture`: a million); ELBO_FUZZ_SEED where they begin; ELBO_FUZZ_LOG a file that the last
/// of them is left in.
@Suite(.serialized) struct GrammarFuzzTests {
  private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

  /// Commands that write or read files by names of their own stay out; `> path` goes to a folder of the test.
  private static let table = CommandTable.standard.with(
    CommandTable.standard.commands.filter { !["save", "open", "transcript", "log"].contains($0.verb) })

  private static func session() throws -> Session {
    var options = SessionOptions()
    options.allowsDownloads = false
    options.threads = 1
    let session = try Session(options, table: table)
    let cells = """
      d = dataset normal(40, 6, seed=1) labels=floor(uniform(40, seed=2) * 3)
      z = normal(12, 2, seed=3); v = [1, 2, 3]; s = "text"; q = 4; r = 2..5; t = vars
      m = model mlp hidden=4 latent=2 likelihood=gaussian on=d seed=1
      a = model ae mlp hidden=4 latent=2 on=d seed=1
      train m on=d epochs=1 batch=20 seed=1; e = evaluate m on=d
      """
    let outcome = session.execute(cells, frontEnd: Recorder(), interruption: Interruption())
    #expect(outcome.status == .ok)
    return session
  }

  /// Everything a statement could have changed, as far as it can be compared.
  private struct Trace: Equatable {
    var names: [String]
    var revisions: [Int]
    var settings: Settings
    init(_ session: Session) {
      let state = session.state
      names = state.names
      revisions = names.compactMap { state.variables[$0]?.revision }
      settings = state.settings
    }
  }

  @Test func statementsNeverCrashHangOrChangeTheSessionWhenTheyFail() throws {
    let count = Self.number("ELBO_FUZZ") ?? 20_000
    let first = Self.number("ELBO_FUZZ_SEED") ?? 1
    let folder = Folder()
    let watch = Watch()
    defer { watch.stop() }
    var session = try Self.session()
    var (failed, stopped) = (0, 0)
    var codes: [String: Int] = [:]
    let recorder = Recorder()
    let log = getenv("ELBO_FUZZ_LOG").map { open(String(cString: $0), O_WRONLY | O_CREAT | O_TRUNC, 0o644) } ?? -1
    for step in 0..<count {
      // A session of its own now and then, so that what one statement left behind does not hide what others do.
      if step % 500 == 499 { session = try Self.session() }
      var sentence = Sentence(seed: UInt64(first &+ step), folder: folder.path)
      let source = sentence.text()
      let before = Trace(session)
      if log >= 0 {
        let text = Array("seed \(first &+ step): \(source)".utf8)
        ftruncate(log, 0)
        pwrite(log, text, text.count, 0)
      }
      recorder.outputs = []
      recorder.progress = []
      let interruption = Interruption()
      watch.begin(source, interruption)
      let outcome = session.execute(source, frontEnd: recorder, interruption: interruption)
      _ = session.complete(source, cursor: sentence.next() % (source.unicodeScalars.count + 1))
      _ = session.inspect(source, cursor: sentence.next() % (source.unicodeScalars.count + 1))
      let seconds = watch.end()
      if seconds > 5 { Issue.record("\(seconds) s, seed \(first &+ step): \(source)") }
      switch outcome.status {
      case .failed(let diagnostic):
        failed += 1
        codes[diagnostic.code, default: 0] += 1
        // An internal error is a mistake of ours.
        if diagnostic.code == "E901" { Issue.record("\(diagnostic.headline): \(source)") }
        let isOne = !source.contains("\n") && !source.contains(";")
        // A loss that is not finite keeps the steps before it, and says so; a sweep that is piped into what cannot take it
        // keeps its trials.
        if isOne, diagnostic.code != "E401", !source.contains("sweep"), Trace(session) != before {
          Issue.record("a failed statement changed the session: \(source)")
        }
        _ = diagnostic.rendered(color: true)
      case .interrupted: stopped += 1
      case .ok: break
      }
    }
    #expect(failed < count, "nothing that was tried could be done")
    #expect(failed > count / 10, "nothing that was tried was refused")
    if count > 1000 { #expect(codes.count > 15, "few mistakes were made: \(codes)") }
    if count >= 100_000 { print("\(count) statements, \(failed) refused, \(stopped) stopped: \(codes)") }
  }
}

/// Stops cells that take long, and ends a program that does not stop. Counts the time of the executing thread, so that a
/// machine that is busy or pauses the run is no hang.
private final class Watch: Sendable {
  private struct Cell {
    var source = ""
    var interruption: Interruption?
    var clock = CLOCK_THREAD_CPUTIME_ID
    var start = 0.0
    /// Seconds of the thread since the cell began.
    var spent: Double { Self.seconds(clock) - start }
    static func seconds(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
  }
  private let cell = Mutex(Cell())
  private let isOver = Atomic(false)

  init() {
    // A thread of its own: the pool's threads are taken by tests.
    var thread = pthread_t()
    let box = Unmanaged.passRetained(self)
    pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let watch = Unmanaged<Watch>.fromOpaque(argument).takeRetainedValue()
        while !watch.isOver.load(ordering: .relaxed) {
          usleep(20_000)
          watch.look()
        }
        return nil
      }, box.toOpaque())
    pthread_detach(thread)
  }

  func begin(_ source: String, _ interruption: Interruption) {
    var clock = CLOCK_THREAD_CPUTIME_ID
    pthread_getcpuclockid(pthread_self(), &clock)
    let start = Cell.seconds(clock)
    cell.withLock { $0 = Cell(source: source, interruption: interruption, clock: clock, start: start) }
  }

  /// Seconds that the cell took.
  @discardableResult func end() -> Double {
    cell.withLock { cell in
      cell.interruption = nil
      return cell.spent
    }
  }

  private func look() {
    cell.withLock { cell in
      guard let interruption = cell.interruption else { return }
      let spent = cell.spent
      if spent > 0.2 { interruption.request() }
      if spent > 120 {
        fatalError("hangs: \(cell.source)")
      }
    }
  }

  /// Ends the thread, which holds the watch until then.
  func stop() { isOver.store(true, ordering: .relaxed) }
}

import Datasets
import Fuzzing
import Glibc
import Tensors

/// Feeds the readers damaged files. A crash or a hang ends the process; `seed` of the last input is in the file that
/// `ELBO_FUZZ_LOG` names.
struct DatasetFuzzing {
  let seed: Int
  /// More address space than this is a reader that believed a header.
  private static let memory: UInt = 3 << 30
  private static let secondsPerInput = 20
  /// The same while nothing is computed, by the clock: a run that the machine stops for a while is not hanging.
  private static let secondsWithoutWork: UInt32 = 1800
  /// One in so many pictures is read as part of a folder, which costs files.
  private static let folderShare = 16

  func run(_ count: Int, _ paths: ArraySlice<String>) throws {
    let corpus = try paths.map { path in
      let storage = try FileBytes.map(path)
      let bytes = Array(UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount))
      return (name: path.split(separator: "/").last.map(String.init) ?? path, bytes: bytes)
    }
    var limit = rlimit(rlim_cur: Self.memory, rlim_max: Self.memory)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    var template = Array("/tmp/elbo-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(path: "/tmp", reason: "no folder can be made") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      for name in ["0.png", "1.png", ""] { remove("\(folder)/\(name)") }
    }
    let log = getenv("ELBO_FUZZ_LOG").map { open(String(cString: $0), O_WRONLY | O_CREAT | O_TRUNC, 0o644) } ?? -1

    var figures: [String: (inputs: Int, good: Int)] = [:]
    var slowest = (seconds: 0.0, seed: 0)
    for round in seed..<seed + count {
      let item = corpus[round % corpus.count]
      let other = corpus[round / corpus.count % corpus.count].bytes
      if log >= 0 { var line = Int64(round); pwrite(log, &line, 8, 0) }
      Self.limit(seconds: Self.secondsPerInput)
      let start = ContinuousClock.now
      var mutator = Mutator(seed: UInt64(round))
      let damaged = mutator.mutated(item.bytes, splicing: other)
      let variant = round / corpus.count
      let bytes = Checksums.repaired(damaged, name: item.name, seed: variant)
      let isPicture = item.name.contains(".png") || item.name.contains(".jpg")
      let isGood: Bool
      var kind = item.name.split(separator: ".", maxSplits: 1).last.map(String.init) ?? item.name
      do {
        if isPicture, variant % Self.folderShare == 0 {
          kind = "folder"
          isGood = try DatasetReaders.surviveFolder([item.bytes, bytes], at: folder, seed: variant)
        } else {
          isGood = try DatasetReaders.survive(bytes, request: DatasetReaders.request(item.name, seed: variant))
        }
      } catch {
        print("seed \(round), \(item.name): \(error)")
        throw error
      }
      let seconds = Double((ContinuousClock.now - start).components.attoseconds) * 1e-18
      if seconds > slowest.seconds { slowest = (seconds, round) }
      figures[kind, default: (0, 0)].inputs += 1
      if isGood { figures[kind, default: (0, 0)].good += 1 }
    }
    Self.limit(seconds: 0)
    for (kind, figure) in figures.sorted(by: { $0.key < $1.key }) {
      print("\(kind): \(figure.inputs) inputs, \(figure.good) still good")
    }
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    let slowestMilliseconds = (slowest.seconds * 1e4).rounded() / 10
    print(
      "\(count) inputs, no crash; slowest \(slowestMilliseconds) ms (seed \(slowest.seed)), "
        + "peak resident \(usage.ru_maxrss / 1024) MiB")
  }

  /// Ends the process when the next input takes longer, by the processor's time and at last by the clock.
  private static func limit(seconds: Int) {
    var timer = itimerval()
    timer.it_value.tv_sec = seconds
    setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    alarm(seconds == 0 ? 0 : secondsWithoutWork)
  }
}

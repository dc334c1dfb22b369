import Glibc
import Synchronization

/// Characters that fonts have.
///
/// Where no font has a character, cairo draws its number in a box, and in gnuplot's coordinates that box is larger than the
/// whole picture: one Chinese class name on a machine without Chinese fonts hides everything else.
enum FontCoverage {
  private static let known = Mutex<[UInt32: Bool]>([:])

  /// `text` with an empty box in the place of each character that no font has.
  static func replacingMissing(_ text: String) -> String {
    let rare = Set(text.unicodeScalars.filter(isRare).map(\.value))
    guard !rare.isEmpty else { return text }
    let missing = rare.filter { !isCovered($0) }
    guard !missing.isEmpty else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(missing.contains(scalar.value) ? "\u{25A1}" : scalar) }
    return String(result)
  }

  /// Not of the alphabets, punctuation, arrows and signs that every sans-serif font for Linux has.
  private static func isRare(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x0530 && !(0x1E00...0x27BF).contains(scalar.value)
  }

  private static func isCovered(_ value: UInt32) -> Bool {
    if let answer = known.withLock({ $0[value] }) { return answer }
    // Where fontconfig cannot be asked, nothing is replaced.
    let answer = fonts(having: value).map { !$0.isEmpty } ?? true
    known.withLock { $0[value] = answer }
    return answer
  }

  /// What `fc-list` says; nil when there is none.
  private static func fonts(having value: UInt32) -> [UInt8]? {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    ends.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
      close(ends[0])
    }
    var arguments: [UnsafeMutablePointer<CChar>?] =
      ["fc-list", ":charset=\(String(value, radix: 16))", "family"].map { (word: String) in strdup(word) }
    arguments.append(nil)
    defer { arguments.forEach { free($0) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, "fc-list", &actions, &attributes, arguments, environ)
    close(ends[1])
    guard failure == 0 else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ends[0], &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += chunk[0..<count]
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status == 0 ? bytes : nil
  }
}

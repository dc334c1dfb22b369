import CTeam
import Glibc
import JSONText
import POSIX
import Text

/// What `elbo doctor` finds out about the machine: whether everything that the program may need is there, and how much of
/// the machine this process may use.
package struct MachineReport: Sendable {
  package enum Verdict: String, Sendable {
    case ok
    /// Something cannot be done.
    case missing
    /// It can, with less.
    case remark
  }

  package struct Line: Sendable {
    package let section: String
    package let name: String
    package let verdict: Verdict
    package let text: String
    /// What to do where something is missing.
    package let fix: String?

    init(_ section: String, _ name: String, _ verdict: Verdict, _ text: String, fix: String? = nil) {
      (self.section, self.name, self.verdict, self.text, self.fix) = (section, name, verdict, text, fix)
    }

    init(_ section: String, _ name: String, _ text: String) { self.init(section, name, .ok, text) }
  }

  package let lines: [Line]

  /// Whether nothing is missing.
  package var isSound: Bool { !lines.contains { $0.verdict == .missing } }

  package init(_ process: ProcessContext) {
    lines =
      Self.program(process) + Self.processors(process) + Self.memory() + LibraryChecks.lines
      + GnuplotCheck.lines(process) + FolderChecks.lines(process)
  }

  private static func program(_ process: ProcessContext) -> [Line] {
    var names = utsname()
    uname(&names)
    func text<T>(_ value: T) -> String {
      withUnsafeBytes(of: value) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    let system = "\(text(names.sysname)) \(text(names.release)), \(text(names.machine))"
    var library = [CChar](repeating: 0, count: 64)
    confstr(Int32(_CS_GNU_LIBC_VERSION), &library, library.count)
    return [
      Line("program", "elbo", "\(ProcessContext.version)"),
      Line("program", "system", "\(system), \(String(cString: library))"),
    ]
  }

  /// Processors of the machine, of the affinity mask and of the control groups, and the least of them.
  private static func processors(_ process: ProcessContext) -> [Line] {
    let machine = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let affinity = elbo_team_affinity_count()
    let quota = elbo_team_quota("/proc/self/cgroup", "/sys/fs/cgroup")
    let threads = Int(elbo_team_hardware_threads())
    var lines = [
      Line("processors", "machine", "\(machine)"),
      Line("processors", "affinity", affinity == Int32.max ? "not known" : "\(affinity)"),
      Line("processors", "control group", quota == Int32.max ? "no limit" : "time of \(quota)"),
      Line("processors", "threads", "\(threads) unless --threads says otherwise"),
      Line("processors", "instructions", instructions),
    ]
    for name in ["ELBO_SIMD", "ONEDNN_MAX_CPU_ISA"] {
      guard let value = process.environment[name] else { continue }
      lines.append(Line("processors", name, .remark, value, fix: "Unset it to use everything that the processor has."))
    }
    return lines
  }

  /// The vector instructions that the kernels can choose from.
  private static var instructions: String {
    let text = bytesOfFile("/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) } ?? ""
    let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    let words = Set((flags ?? "").split(separator: " ").map(String.init))
    let known = [("avx512f", "AVX-512"), ("avx2", "AVX2"), ("sse4_2", "SSE4"), ("asimd", "NEON")]
    let found = known.filter { words.contains($0.0) }.map(\.1)
    return found.isEmpty ? "none that is known" : found.joined(separator: ", ")
  }

  private static func memory() -> [Line] {
    let text = bytesOfFile("/proc/meminfo").map { String(decoding: $0, as: UTF8.self) } ?? ""
    func kilobytes(_ name: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
        .split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
    var lines: [Line] = []
    if let total = kilobytes("MemTotal"), let free = kilobytes("MemAvailable") {
      lines.append(
        Line("memory", "machine", "\(NumberText.bytes(total * 1024)), \(NumberText.bytes(free * 1024)) available"))
    }
    let group = ControlGroupMemory.limit()
    lines.append(Line("memory", "control group", group.map { "at most \(NumberText.bytes($0))" } ?? "no limit"))
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < 1 << 60 {
      let bytes = Int(limit.rlim_cur)
      lines.append(
        Line("memory", "address space", .remark, "at most \(NumberText.bytes(bytes))", fix: "ulimit -v unlimited"))
    }
    return lines
  }
}

extension MachineReport {
  /// For people: a line for each, sections apart.
  package var text: String {
    let width = lines.map { TextWidth.columns($0.name) }.max() ?? 0
    var text: [String] = []
    var section = ""
    for line in lines {
      if line.section != section {
        if !section.isEmpty { text.append("") }
        section = line.section
        text.append(section)
      }
      let mark = line.verdict == .ok ? " " : line.verdict == .missing ? "✗" : "!"
      let name = line.name + String(repeating: " ", count: width - TextWidth.columns(line.name))
      text.append("\(mark) \(name)  \(VisibleText.lines(line.text))")
      if let fix = line.fix { text.append("  " + String(repeating: " ", count: width) + "  → \(fix)") }
    }
    let missing = lines.count { $0.verdict == .missing }
    text += ["", missing == 0 ? "Everything is there." : "\(missing) \(inflected("thing", for: missing)) missing."]
    return text.joined(separator: "\n")
  }

  package var json: JSON {
    .array(
      lines.map { line in
        .object([
          .init("section", .string(line.section)), .init("name", .string(line.name)),
          .init("verdict", .string(line.verdict.rawValue)), .init("text", .string(line.text)),
          .init("fix", line.fix.map { .string($0) } ?? .null),
        ])
      })
  }
}

import Glibc
import POSIX
import Testing

@Suite struct ChildProcessTests {
  /// Standard output and the wait status of a shell command.
  private func run(_ command: String, third: Bool = false) throws -> (text: String, status: Int32) {
    let ends = try Descriptor.pipe()
    defer { close(ends.read) }
    let output = ChildProcess.Stream.descriptor(ends.write)
    let started = Result {
      third
        ? try ChildProcess("sh", ["sh", "-c", command], input: .null, output: .null, errors: .null, third: ends.write)
        : try ChildProcess(shell: command, input: .null, output: output, errors: .null)
    }
    close(ends.write)
    let process = try started.get()
    let bytes = Descriptor.readToEnd(ends.read)
    return (String(decoding: bytes, as: UTF8.self), process.wait())
  }

  @Test func itsOutputAndItsEndAreThoseOfTheShell() throws {
    #expect(try run("echo one; echo two >&2; exit 3") == ("one\n", 3 << 8))
    #expect(try run("read line && echo $line").text.isEmpty)
    #expect(try run("echo $0").text == "sh\n")
    #expect(try run("kill -9 $$").status == SIGKILL)
    #expect(try run("echo said; echo result >&3", third: true).text == "result\n")
  }

  /// This program may ignore SIGPIPE and block signals; what it starts must not.
  @Test func signalsAreThoseOfAFreshProgram() throws {
    let status = try run("grep -E 'Sig(Blk|Ign)' /proc/self/status").text
    let masks = status.split(separator: "\n").compactMap { $0.split(separator: "\t").last }
    try #require(masks.count == 2)
    #expect(UInt64(masks[0], radix: 16) == 0)
    #expect(UInt64(masks[1], radix: 16).map { $0 & (1 << UInt64(SIGPIPE - 1)) } == 0)
  }

  /// One that stops while this program ends it, as Ctrl-Z and Ctrl-C in a row do: nobody would continue either.
  @Test func aChildThatStopsIsContinuedByAProgramThatAnswersCtrlZItself() throws {
    let process = try ChildProcess(shell: "kill -STOP $$; exit 7", input: .null, output: .null)
    #expect(process.wait(stopsAlong: false) == 7 << 8)
  }

  @Test func aGroupOfItsOwnIsNamedAfterIt() throws {
    let process = try ChildProcess(shell: "exec sleep 60", input: .null, output: .null, leadsGroup: true)
    #expect(getpgid(process.identifier) == process.identifier && !process.hasEnded)
    kill(-process.identifier, SIGTERM)
    #expect(process.reap() == SIGTERM)
  }

  @Test func aProgramThatIsMissingIsAnError() throws {
    #expect(throws: SystemError(ENOENT)) { try ChildProcess("/nowhere/program", ["program"]) }
    #expect(SystemError(ENOENT).description == "No such file or directory")
  }

  @Test func itsDescendantsAreFound() throws {
    let process = try ChildProcess(shell: "sleep 60 & sleep 60 & wait", input: .null, output: .null)
    while ProcessTree.descendants(of: process.identifier).count < 2 { sched_yield() }
    let children = ProcessTree.descendants(of: process.identifier)
    ProcessTree.signal(process.identifier, SIGKILL)
    #expect(process.reap() == SIGKILL && children.count == 2)
  }
}

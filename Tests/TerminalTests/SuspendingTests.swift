import Glibc
import POSIX
import Terminal
import Testing

@Suite struct SuspendingTests {
  /// `fg` may come before the program gets round to stopping: nobody would continue it a second time.
  @Test func aStopThatAContinuationHasOvertakenIsNone() throws {
    // Sets this process going again if it does stop, so that the expectation can fail.
    let rescue = try ChildProcess(shell: "sleep 20; kill -CONT $PPID", input: .null, output: .null, leadsGroup: true)
    var continuation = sigset_t()
    var before = sigset_t()
    sigemptyset(&continuation)
    sigaddset(&continuation, SIGCONT)
    pthread_sigmask(SIG_BLOCK, &continuation, &before)
    pthread_kill(pthread_self(), SIGCONT)
    SignalSource.suspendProcess()
    var pending = sigset_t()
    sigpending(&pending)
    // A stop takes a pending continuation away; the one that ends the stop goes to the whole process.
    let hasStopped = rescue.hasEnded || sigismember(&pending, SIGCONT) != 1
    pthread_sigmask(SIG_SETMASK, &before, nil)
    kill(-rescue.identifier, SIGKILL)
    _ = rescue.reap()
    #expect(!hasStopped)
  }
}

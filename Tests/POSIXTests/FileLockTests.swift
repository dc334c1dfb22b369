import Foundation
import Glibc
import POSIX
import Synchronization
import Testing

@Suite struct FileLockTests {
  let folder = Folder()

  @Test func oneHoldsItAndItsFileGoesWithIt() throws {
    let path = folder.file("w-lock")
    let lock = try FileLock(path: path)
    #expect(throws: FileLock.Failure.held(process: Int(getpid()))) { try FileLock(path: path) }
    lock.release()
    #expect(access(path, F_OK) != 0)
    let next = try FileLock(path: path)
    lock.release()
    #expect(access(path, F_OK) == 0)
    next.abandon()
    #expect(access(path, F_OK) == 0)
  }

  @Test func whatIsNoFileOfItsOwnIsNotWrittenTo() throws {
    let (path, victim) = (folder.file("w-lock"), folder.file("victim"))
    try Data("precious".utf8).write(to: URL(filePath: victim))
    symlink(victim, path)
    #expect(throws: FileLock.Failure.unusable(ELOOP)) { try FileLock(path: path) }
    unlink(path)
    link(victim, path)
    #expect(throws: FileLock.Failure.unusable(ELOOP)) { try FileLock(path: path) }
    #expect(try Data(contentsOf: URL(filePath: victim)) == Data("precious".utf8))
  }

  private final class Counts: Sendable {
    let inside = Atomic<Int>(0)
    let most = Atomic<Int>(0)
    let taken = Atomic<Int>(0)
  }

  /// Whoever opens the file of a lock that is just being released must not believe to hold what nobody else can see.
  @Test func manyThatTakeAndReleaseItNeverHoldItTogether() async {
    let path = folder.file("w-lock")
    let counts = Counts()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<2000 {
            guard let lock = try? FileLock(path: path) else { continue }
            let count = counts.inside.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
            counts.most.max(count, ordering: .sequentiallyConsistent)
            counts.taken.wrappingAdd(1, ordering: .relaxed)
            counts.inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            lock.release()
          }
        }
      }
    }
    #expect(counts.most.load(ordering: .relaxed) == 1 && counts.taken.load(ordering: .relaxed) > 1000)
    #expect(access(path, F_OK) != 0)
  }
}

import Dispatch
import Glibc
import POSIX
import Synchronization
import Testing

@Suite struct ExecutingThreadTests {
  @Test func workRunsInOrderOnOneThreadWithALargeStack() throws {
    let thread = try ExecutingThread()
    let done = DispatchSemaphore(value: 0)
    let seen = Mutex<[(index: Int, thread: pthread_t)]>([])
    for index in 0..<100 {
      thread.submit {
        seen.withLock { $0.append((index, pthread_self())) }
        if index == 99 { done.signal() }
      }
    }
    done.wait()
    let all = seen.withLock { $0 }
    #expect(all.map(\.index) == Array(0..<100))
    #expect(Set(all.map { UInt($0.thread) }).count == 1)
    thread.submit {
      // More than a thread has by default.
      withUnsafeTemporaryAllocation(byteCount: 64 << 20, alignment: 16) {
        _ = $0.initializeMemory(as: UInt8.self, repeating: 1)
      }
      done.signal()
    }
    done.wait()
  }

  @Test func aFolderIsFreshAndPrivate() throws {
    let parent = Folder()
    let folders = try (0..<3).map { _ in try TemporaryFolder(in: parent.path, named: "work") }
    #expect(Set(folders.map(\.path)).count == 3)
    for folder in folders {
      var status = stat()
      #expect(stat(folder.path, &status) == 0 && status.st_mode & 0o7777 == 0o700)
      #expect(folder.path.hasPrefix(parent.path + "/work-"))
    }
    #expect(throws: SystemError(ENOENT)) { try TemporaryFolder(in: "/nowhere", named: "work") }
  }
}

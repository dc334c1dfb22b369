import Glibc

/// Programs that stand in for gnuplot and fail in their own ways.
final class FakeGnuplot {
  let path: String

  /// - Parameter script: What a shell runs instead; it may hand over to the real one with `exec gnuplot -d`.
  init(_ script: String) {
    path = "/tmp/elbo-fake-gnuplot-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let text = Array("#!/bin/sh\n\(script)\n".utf8)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o755)
    _ = write(descriptor, text, text.count)
    close(descriptor)
  }

  deinit { unlink(path) }
}

/// A folder that goes away with the test.
final class TestFolder {
  let path: String

  init() {
    path = "/tmp/elbo-plots-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    mkdir(path, 0o700)
  }

  func file(_ name: String) -> String { path + "/" + name }

  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  deinit {
    for name in names { unlink(file(name)) }
    rmdir(path)
  }
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

import CLessons
import Glibc
import POSIX
import Tensors

/// The files of sessions/ inside the program.
package struct LessonFile: Sendable {
  /// `quickstart.session`, `files/trees.csv`.
  package let name: String
  package let bytes: [UInt8]

  package static let all: [LessonFile] = {
    var files: [LessonFile] = []
    while true {
      let file = elbo_lesson_file_at(files.count)
      guard let name = file.name, let bytes = file.bytes else { return files }
      let content = UnsafeBufferPointer(start: bytes, count: file.count)
      files.append(LessonFile(name: String(cString: name), bytes: Array(content)))
    }
  }()

  /// What lessons read.
  package static var data: [LessonFile] { all.filter { !$0.name.hasSuffix(".session") } }

  /// Writes what lessons read to `folder`, in folders of their own there.
  ///
  /// - Returns: The names of the files.
  /// - Throws: `SystemError` or what writing a file throws.
  package static func write(to folder: String) throws -> [String] {
    for file in data {
      var path = folder
      for part in file.name.split(separator: "/").dropLast() {
        path += "/" + part
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw SystemError() }
      }
      try FileBytes.write(file.bytes, to: folder + "/" + file.name)
    }
    return data.map(\.name)
  }
}

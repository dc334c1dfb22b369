import Glibc
import Language
import POSIX
import Tensors

/// Whole files, written so that a reader sees the old or the new one, never half.
package enum FileWriting {
  /// Throws when `replace` could not write: no such folder, no permission, a folder of that name.
  package static func check(_ path: String, shown: String, at span: Range<Int>?) throws {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw Fault(.unwritableFile, "\(shown) is a folder", at: span)
      }
      guard access(path, W_OK) == 0 else {
        throw Fault(.unwritableFile, "\(shown): \(SystemError())", at: span)
      }
    }
    let place = FileBytes.place(of: path)
    guard place.isReplaced else { return }
    // Permissions, read-only file systems and quotas can only be detected by trying to write.
    do { try TemporaryFile(beside: place.target).discard() } catch {
      let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
      throw Fault(
        .unwritableFile, "\(shown): \(error)", at: span,
        fix: access(folder.isEmpty ? "/" : folder, F_OK) == 0 ? nil : "Create the folder first: mkdir -p \(folder)")
    }
  }

  /// An array as an NPY file, without a copy of it.
  ///
  /// - Returns: The bytes of the file.
  package static func replace(_ path: String, with tensor: Tensor, shown: String, at span: Range<Int>?) throws -> Int {
    do { return try NPY.write(tensor, to: path) } catch let error as FileError {
      throw Fault(.unwritableFile, "\(shown): \(error.reason)", at: span)
    }
  }

  package static func replace(_ path: String, with bytes: [UInt8], shown: String, at span: Range<Int>?) throws {
    do { try FileBytes.write(bytes, to: path) } catch {
      throw Fault(.unwritableFile, "\(shown): \(error.reason)", at: span)
    }
  }
}

import Tensors

/// Reads bytes as the tensor file that `name` says, touching every element of every tensor.
package enum TensorReaders {
  /// - Throws: `FileError` when the file is bad; anything else is a bug in the reader.
  package static func read(_ bytes: [UInt8], name: String) throws {
    let storage = try GuardedBytes.storage(bytes)
    if name.hasSuffix(".npy") {
      _ = try NPY.decode(storage, path: name).sum()
    } else {
      for item in try SafeTensors(decoding: storage, path: name).tensors { _ = try item.tensor.sum() }
    }
  }

  /// Reads one damaged version of `bytes`; whether it was still a good file.
  ///
  /// - Throws: What is not a `FileError`.
  package static func survive(_ bytes: [UInt8], name: String) throws -> Bool {
    do {
      try read(bytes, name: name)
      return true
    } catch is FileError {
      return false
    }
  }
}

/// The progress of a download in bytes, or of generating sprites in images.
package struct DownloadProgress: Sendable, Equatable {
  /// The file that is being downloaded.
  package let file: String
  /// Downloaded bytes and total bytes of all files of the dataset.
  package let done: Int
  package let total: Int
}

/// Why a set could not be downloaded.
package struct DownloadError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The error at each mirror.
  package let attempts: [String]

  package var description: String {
    attempts.count == 1 ? "download failed: \(attempts[0])" : "no mirror works: \(attempts.joined(separator: "; "))"
  }
}

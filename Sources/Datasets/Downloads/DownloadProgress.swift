/// How far a download is, or the making of sprites: then images are counted instead of bytes.
package struct DownloadProgress: Sendable, Equatable {
  /// The file on its way.
  package let file: String
  /// Bytes of all files of the set that are here, and that there are.
  package let done: Int
  package let total: Int
}

/// Why a set could not be downloaded.
package struct DownloadError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong at each mirror.
  package let attempts: [String]

  package var description: String {
    attempts.count == 1 ? "download failed: \(attempts[0])" : "no mirror works: \(attempts.joined(separator: "; "))"
  }
}

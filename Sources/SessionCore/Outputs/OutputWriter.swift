import JSONText
import Tensors

/// A form that values are written in: what `> z.csv`, a kernel's `text/html` and `format json` are made by.
///
/// A value is all that a result holds; a writer runs when its form is asked for. A new one is a value like `OutputWriter.csv`
/// in a file of its own and its name in `OutputWriters.standard`.
package struct OutputWriter: Sendable {
  /// The written value.
  package enum Content: Sendable {
    case text(String)
    case json(JSON)
    case bytes([UInt8])
    /// An NPY file of this array, which is written from where it is.
    case array(Tensor)
  }

  /// What the form is wanted for.
  package struct Request {
    /// The statement that writes a file; nil of what is shown or sent.
    package var execution: Execution?
    /// Whether to put marks around what the clock decides.
    package var marksClock = false

    package init(execution: Execution? = nil, marksClock: Bool = false) {
      (self.execution, self.marksClock) = (execution, marksClock)
    }
  }

  package let fileExtension: String
  package let mimeType: String
  /// Whether it draws: only figures have this form.
  package let isPicture: Bool
  /// nil for a value that has no such form.
  package let write: @Sendable (Value, Request) throws -> Content?
  /// Why a value has no such form, and what has, for a file of this name; nil where no more is to be said than that it
  /// has none.
  package let refusal: (@Sendable (Value, _ path: String) -> (message: String, fix: String))?

  package init(
    _ fileExtension: String, _ mimeType: String, isPicture: Bool = false,
    refusal: (@Sendable (Value, String) -> (message: String, fix: String))? = nil,
    write: @escaping @Sendable (Value, Request) throws -> Content?
  ) {
    (self.fileExtension, self.mimeType, self.isPicture) = (fileExtension, mimeType, isPicture)
    (self.refusal, self.write) = (refusal, write)
  }
}

extension OutputWriter.Content {
  /// Whether it may be anything but text.
  package var isBinary: Bool {
    switch self {
    case .bytes, .array: true
    case .text, .json: false
    }
  }

  /// As a file has it.
  package var fileBytes: [UInt8] {
    switch self {
    case .text(let text): Array(text.utf8)
    case .json(let json): Array((json.text(pretty: true) + "\n").utf8)
    case .bytes(let bytes): bytes
    case .array(let tensor): NPY.encode(tensor)
    }
  }
}

/// The registered writers.
package struct OutputWriters: Sendable {
  package let all: [OutputWriter]

  package init(_ all: [OutputWriter]) { self.all = all }

  package static let standard = OutputWriters([
    .json, .csv, .npy, .text, .markdown, .html, .session, .png, .svg, .pdf, .gif, .gnuplot,
  ])

  package subscript(fileExtension fileExtension: String) -> OutputWriter? {
    all.first { $0.fileExtension == fileExtension }
  }
  package subscript(mimeType mimeType: String) -> OutputWriter? { all.first { $0.mimeType == mimeType } }

  /// `json csv npy …`, those of figures apart.
  package var fileExtensions: (values: [String], pictures: [String]) {
    (all.filter { !$0.isPicture }.map(\.fileExtension), all.filter(\.isPicture).map(\.fileExtension))
  }
}

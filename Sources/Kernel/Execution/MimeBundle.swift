import Notebook
import Plotting

/// A figure in the formats that front ends show: MIME type and data, base64 for binary formats.
package typealias FigureRenderer = @Sendable (Figure) -> [(type: String, data: String)]

/// What an output is, by MIME type.
enum MimeBundle {
  /// text/plain always; text/html, application/json and pictures when the output has them.
  static func content(of output: Output, renderer: FigureRenderer?) -> JSON {
    var members: [JSON.Member] = [.init("text/plain", .string(output.text))]
    if let html = output.html { members.append(.init("text/html", .string(html))) }
    if let figure = output.figure, let renderer {
      members += renderer(figure).map { .init($0.type, .string($0.data)) }
    }
    if let json = output.json { members.append(.init("application/json", json)) }
    return .object(members)
  }

  /// `data` and `metadata` of display_data and execute_result.
  static func display(_ output: Output, renderer: FigureRenderer?) -> [JSON.Member] {
    [.init("data", content(of: output, renderer: renderer)), .init("metadata", .empty)]
  }
}

import Notebook
import Plotting

/// Draws a figure for a notebook: its MIME type and data, base64 for binary formats. Canceled when the second argument
/// returns true.
package typealias DrawFigure =
  @Sendable (Figure, @escaping @Sendable () -> Bool) -> Result<(type: String, data: String), FigureFailure>

/// A figure that could not be drawn.
package struct FigureFailure: Error, Equatable, Sendable {
  package let reason: String
  package init(reason: String) { self.reason = reason }
}

/// The representations of an output by MIME type.
enum MimeBundle {
  /// 64 KiB.
  private static let largestNotebookJSON = 65_536

  /// text/plain always; text/html, application/json and pictures when the output has them.
  ///
  /// - Parameter isNotebook: JupyterLab prefers application/json to everything else and would show a tree instead of a
  ///   table or a number, so notebooks get it under a vendor MIME type.
  static func content(of output: Output, draw: Draw?, isNotebook: Bool) -> JSON {
    var members: [JSON.Member] = [.init("text/plain", .string(output.record))]
    if let html = output.html { members.append(.init("text/html", .string(html))) }
    if let figure = output.figure, let draw {
      add(figure, draw, to: &members)
    } else if let images = output.images, isNotebook, draw != nil {
      members.append(.init("image/png", .string(Base64.encode(images.png()))))
    }
    let jsonType = isNotebook ? "application/vnd.elbo+json" : "application/json"
    // A notebook file keeps every output; megabytes of pixels as numbers do not belong there.
    if let json = output.json, !isNotebook || json.text().utf8.count <= largestNotebookJSON {
      members.append(.init(jsonType, json))
    }
    return .object(members)
  }

  /// A figure drawn for the running cell.
  typealias Draw = (Figure) -> Result<(type: String, data: String), FigureFailure>

  /// The figure, or a line of text with the reason why there is none.
  static func add(_ figure: Figure, _ draw: Draw, to members: inout [JSON.Member]) {
    switch draw(figure) {
    case .success(let picture): members.append(.init(picture.type, .string(picture.data)))
    case .failure(let failure):
      let text = members.first?.value.stringValue ?? ""
      members[0] = .init("text/plain", .string("\(text)\nthe figure could not be drawn: \(failure.reason)"))
    }
  }

  /// `data` and `metadata` of display_data and execute_result.
  static func display(_ output: Output, draw: Draw?, isNotebook: Bool) -> [JSON.Member] {
    [.init("data", content(of: output, draw: draw, isNotebook: isNotebook)), .init("metadata", .empty)]
  }
}

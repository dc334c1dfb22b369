import Figures
import Foundation
import JSONText
import SessionCore

/// What an output is, by MIME type, and what else front ends want to know of it.
struct MimeBundle {
  private(set) var data: [JSON.Member]
  private(set) var metadata: [JSON.Member] = []

  /// 64 KiB.
  private static let largestNotebookJSON = 65_536

  /// A figure drawn for the running cell.
  typealias Draw = (Figure, DrawingSet) -> Result<[Drawing], FigureFailure>

  /// text/plain always; text/html, application/json and pictures when the output has them.
  ///
  /// - Parameter isNotebook: JupyterLab prefers application/json to everything else and would show a tree instead of a
  ///   table or a number, so notebooks get it under a vendor MIME type.
  init(_ output: Output, draw: Draw?, isNotebook: Bool) {
    self.init(output, isNotebook: isNotebook)
    addPicture(of: output, draw, isNotebook)
    addJSON(of: output, isNotebook)
  }

  /// Text and table alone.
  private init(_ output: Output, isNotebook: Bool) {
    data = [.init("text/plain", .string(output.record))]
    if let html = output.html { data.append(.init("text/html", .string(html))) }
  }

  /// What to show, one after another.
  ///
  /// A notebook shows one representation of each output, and HTML before pictures: a table with a picture is two.
  static func displays(of output: Output, draw: Draw?, isNotebook: Bool) -> [MimeBundle] {
    var first = MimeBundle(output, isNotebook: isNotebook)
    guard isNotebook, first.data.count > 1 else {
      return [MimeBundle(output, draw: draw, isNotebook: isNotebook)]
    }
    var second = MimeBundle(text: pictureText(output))
    second.addPicture(of: output, draw, isNotebook)
    let isDrawn = second.data.count > 1
    if isDrawn, let html = first.data[1].value.stringValue {
      first.data[1] = .init("text/html", .string(HTML.withoutTextPictures(html)))
    }
    first.addJSON(of: output, isNotebook)
    return isDrawn || second.hasFailed ? [first, second] : [first]
  }

  /// A live display's moment.
  init(text: String) { data = [.init("text/plain", .string(text))] }

  mutating func add(html: String) { data.append(.init("text/html", .string(html))) }

  private static func pictureText(_ output: Output) -> String {
    (output.figure ?? output.imageFigure)?.summary ?? ""
  }

  /// A line in the text says why there is no picture.
  private(set) var hasFailed = false

  private mutating func addPicture(of output: Output, _ draw: Draw?, _ isNotebook: Bool) {
    guard let draw else { return }
    if let figure = output.figure {
      add(figure, isNotebook ? .notebook : .best, draw)
    } else if isNotebook, let figure = output.imageFigure, let images = figure.kind as? ImageGrid {
      add([Drawing(type: "image/png", data: Data(images.png()).base64EncodedString())], figure)
    }
  }

  /// Adds the pictures of a figure, or a line in the text that says why there are none.
  mutating func add(_ figure: Figure, _ set: DrawingSet, _ draw: Draw) {
    switch draw(figure, set) {
    case .success(let drawings): add(drawings, figure)
    case .failure(let failure):
      let text = data.first?.value.stringValue ?? ""
      data[0] = .init("text/plain", .string("\(text)\nthe figure could not be drawn: \(failure.reason)"))
      hasFailed = true
    }
  }

  /// Each with its words for those who cannot see it.
  private mutating func add(_ drawings: [Drawing], _ figure: Figure) {
    for drawing in drawings {
      data.append(.init(drawing.type, .string(drawing.data)))
      metadata.append(.init(drawing.type, .members(["alt": .string(figure.description)])))
    }
  }

  private mutating func addJSON(of output: Output, _ isNotebook: Bool) {
    let type = isNotebook ? "application/vnd.elbo+json" : "application/json"
    // A notebook file keeps every output; megabytes of pixels as numbers do not belong there.
    if let json = isNotebook ? output.json(upTo: Self.largestNotebookJSON) : output.json {
      data.append(.init(type, json))
    }
  }

  /// `data` and `metadata` of display_data and execute_result.
  var members: [JSON.Member] { [.init("data", .object(data)), .init("metadata", .object(metadata))] }
}

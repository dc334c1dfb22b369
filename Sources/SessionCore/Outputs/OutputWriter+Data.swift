import Figures
import JSONText
import Tensors
import Text

/// Forms for programs, and for texts.
extension OutputWriter {
  package static let json = OutputWriter("json", "application/json", refusal: figuresHaveData) { value, request in
    if value.kind == .figure { return nil }
    // Nothing is `null` where a file of it is wanted.
    guard let json = value.dataJSON(marksClock: request.marksClock) else {
      return request.execution == nil ? nil : .json(.null)
    }
    return .json(json)
  }

  package static let csv = OutputWriter("csv", "text/csv") { value, request in
    // Of a figure that is shown the picture says more.
    if case .figure(let figure) = value { return request.execution == nil ? nil : .text(figure.csv) }
    // In a file the rows of data that are no table are those of their tensor.
    if request.execution != nil, case .object(let object) = value, object.csv == nil,
      let array = try object.elements()
    {
      return .text(array.csv)
    }
    return value.csv(marksClock: request.marksClock).map { .text($0) }
  }

  package static let npy = OutputWriter("npy", "application/x-npy") { value, _ in
    guard case .tensor(let array) = try Arithmetic.vector(of: value) else { return nil }
    return .array(array.tensor)
  }

  package static let text = OutputWriter("txt", "text/plain") { value, request in
    guard case .figure(let figure) = value else { return .text(value.output(width: 120).text + "\n") }
    let display = FigureDisplay(settings: request.execution?.state.settings.plot ?? [:])
    let screen = TextScreen(
      columns: 100, rows: 32, characters: display.characters ?? .braille, points: display.points)
    return .text(figure.kind.text(figure, on: screen) + "\n")
  }

  package static let markdown = OutputWriter("md", "text/markdown", refusal: figuresHaveData) { value, _ in
    value.kind == .figure ? nil : .text(value.markdown + "\n")
  }

  /// A table where there is one; of a file also the text, of a figure the picture, and of what has a page that.
  package static let html = OutputWriter("html", "text/html") { value, request in
    guard let execution = request.execution else { return value.html.map { .text($0) } }
    if case .figure(let figure) = value { return .bytes(try execution.options.renderer.bytes(figure, .svg)) }
    if case .object(let object) = value, let page = try object.page(execution) { return .bytes(Array(page.utf8)) }
    return .bytes(Array((value.html ?? "<pre>\(HTML.escaped(value.output(width: 120).text))</pre>").utf8))
  }

  private static let figuresHaveData: @Sendable (Value, String) -> (message: String, fix: String) = { value, path in
    (
      "\(value.kind.phrase) cannot be written as .\(Redirection.fileExtension(of: path))",
      "Use .csv for its data, or .gp for its data with the gnuplot script."
    )
  }
}

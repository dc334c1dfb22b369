import Figures
import Foundation
import SessionCore
import SessionFiles
import Tensors
import Text
import VAEngine

/// A session as one HTML page that needs no other file.
///
/// Whatever a person or a file named (variables, labels, columns, paths, titles) goes through `HTML.escaped`.
struct SessionPage {
  let summary: SessionSummary
  let pictures: PagePictures

  /// Lines of an output that the page shows.
  private static let outputLines = 200

  func html() throws -> String {
    let parts: [(id: String, title: String, content: String)] = try [
      ("data", "Data", data()), ("models", "Models", models()), ("sweeps", "Sweeps", sweeps()),
      ("measures", "Measures", measures()),
      ("figures", "Figures and images", figures()), ("session", "The session, cell by cell", session()),
      ("environment", "Environment", environment()), ("commands", "To do it again", commands()),
    ].filter { !$0.2.isEmpty }
    let title = HTML.escaped(summary.title)
    let contents = parts.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }.joined(separator: " ")
    let sections = parts.map {
      "<section id=\"\($0.id)\">\n<h2>\($0.title)</h2>\n\($0.content)</section>\n"
    }.joined()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="elbo \(HTML.escaped(summary.environment.version))">
      <title>\(title) · elbo</title>
      <style>
      \(PageStyle.text)
      </style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      <p>\(HTML.escaped(lead))</p>
      </header>
      <nav>\(contents)</nav>
      <main>
      \(sections)</main>
      </body>
      </html>

      """
  }

  /// One sentence under the title.
  private var lead: String {
    guard !summary.isEmpty else { return "Nothing was run in this session yet. Start with: load digits as=d" }
    func count(_ number: Int, _ noun: String) -> String {
      "\(NumberText.count(number)) \(inflected(noun, for: number))"
    }
    let failed = summary.cells.count { !$0.succeeded }
    let seconds = summary.cells.compactMap(\.seconds).reduce(0, +)
    var text = count(summary.cells.count, "cell")
    if failed > 0 { text += ", \(failed) of them failed" }
    if seconds > 0 { text += ", " + NumberText.duration(seconds) }
    if summary.earlier > 0 { text += "; \(count(summary.earlier, "earlier cell")) not shown" }
    return text + " · " + summary.environment.time
  }

  private func scrolling(_ html: String) -> String { "<div class=\"scroll\">\(html)</div>\n" }

  private func table(_ rows: [(name: String, text: String)]) -> String {
    let lines = rows.map { "<tr><th>\(HTML.escaped($0.name))</th><td>\(HTML.escaped($0.text))</td></tr>" }
    return scrolling("<table class=\"facts\"><tbody>\(lines.joined())</tbody></table>")
  }

  private func link(_ cell: SessionSummary.Cell) -> String {
    "<a href=\"#cell-\(cell.number)\">cell \(cell.number)</a>"
  }

  // MARK: Sections

  private func data() throws -> String {
    try summary.data.map { data in
      try Stopping.check()
      var html = heading(data.name, data.value.title) + scrolling(untitled(data.value.description))
      html += "<p class=\"hash\">stored content <code>\(HTML.escaped(data.value.dataset.hash.text))</code></p>\n"
      html += data.value.dataset.notes.map(HTML.note).joined()
      if let images = try data.value.images(first: 10) {
        html += try pictures.html(Figure(images, title: "The first examples of \(data.value.title)"))
      }
      return html
    }.joined()
  }

  private func models() throws -> String {
    try summary.models.map { model in
      let (value, training) = (model.value, model.value.training)
      var html = heading(model.name, value.configuration.family.summary)
      html += scrolling(value.report.map(untitled) ?? "")
      if let spans = training.history.data, !spans.isEmpty { html += "<h4>Trained on</h4>\n" + self.spans(spans) }
      if training.step > 0 { html += "<h4>Training</h4>\n" + self.table(Self.recipe(value.recipe)) }
      if let curves = model.curves { html += try pictures.html(curves) }
      return html + "<h4>Layers</h4>\n" + scrolling(untitled(model.layers))
    }.joined()
  }

  /// What a model was trained on, each with the hash of what it saw and in which order.
  private func spans(_ spans: [TrainingHistory.DataSpan]) -> String {
    spans.map { span in
      let start = span.epoch > 0 ? ", from epoch \(NumberText.short(span.epoch, digits: 3))" : ""
      let examples = "\(NumberText.count(span.count)) \(inflected("example", for: span.count))"
      return "<p>\(HTML.escaped(span.title)), \(examples)\(start)</p>\n"
        + "<p class=\"hash\">content and order <code>\(HTML.escaped(span.hash))</code></p>\n"
    }.joined()
  }

  private func heading(_ name: String, _ what: String) -> String {
    "<h3>\(HTML.escaped(name)) <span>\(HTML.escaped(what))</span></h3>\n"
  }

  private func untitled(_ report: Report) -> String {
    var report = report
    report.title = ""
    return report.html
  }

  private static func recipe(_ recipe: TrainingRecipe) -> [(name: String, text: String)] {
    var rows = [
      ("optimizer", recipe.optimizer.rawValue), ("learning rate", NumberText.exact(recipe.learningRate)),
      ("schedule", recipe.schedule ?? "constant"), ("batch", NumberText.count(recipe.batchSize)),
      ("seed", String(recipe.seed)),
    ]
    if recipe.validate > 0 {
      let share = NumberText.exact(recipe.validate)
      rows.append(("held out", recipe.validate < 1 ? "\(share) of the examples" : "\(share) examples"))
    }
    if let data = recipe.validationData { rows.append(("validation data", data)) }
    if let patience = recipe.patience { rows.append(("patience", "\(patience) epochs")) }
    if recipe.weightDecay > 0 { rows.append(("weight decay", NumberText.exact(recipe.weightDecay))) }
    if let clip = recipe.clipNorm { rows.append(("gradients clipped at", NumberText.exact(clip))) }
    return rows
  }

  private func measures() throws -> String {
    try summary.measures.map { cell in
      guard let value = cell.value else { return "" }
      var html = "<h3><code>\(HTML.escaped(cell.source))</code></h3>\n<p class=\"from\">\(link(cell))</p>\n"
      html += scrolling(
        HTML.withoutTextPictures(value.html ?? "<pre>\(HTML.escaped(value.output(width: 100).text))</pre>"))
      if let figure = value.picture { html += try pictures.html(figure) }
      return html
    }.joined()
  }

  private func sweeps() throws -> String {
    try summary.sweeps.map { sweep in
      var html = heading(sweep.name, sweep.value.summary) + scrolling(sweep.value.table.html)
      for figure in sweep.figures { html += try pictures.html(figure) }
      return html
    }.joined()
  }

  private func figures() throws -> String {
    try summary.pictures.map { cell, figure in
      try pictures.html(figure, caption: "<code>\(HTML.escaped(cell.source))</code>, \(link(cell))")
    }.joined()
  }

  private func session() -> String {
    var last = 0
    return summary.cells.map { cell in
      // The statements of the running cell share its number.
      let id = cell.number == last ? "" : " id=\"cell-\(cell.number)\""
      last = cell.number
      let source = SessionFile.promptLines(cell.source).joined(separator: "\n")
      var html = "<div class=\"cell\"\(id)>\n<pre class=\"in\">\(HTML.escaped(source))</pre>\n"
      let text = cell.outputs.isEmpty ? cell.value?.output(width: 100).text ?? "" : cell.outputs.joined(separator: "\n")
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.count > Self.outputLines {
        lines = lines.prefix(Self.outputLines) + ["… \(lines.count - Self.outputLines) more lines"]
      }
      if !text.isEmpty { html += "<pre class=\"out\">\(HTML.escaped(lines.joined(separator: "\n")))</pre>\n" }
      if !cell.succeeded {
        html += "<p class=\"error\">\(HTML.escaped(cell.error.map { $0.isEmpty ? "failed" : $0 } ?? "failed"))</p>\n"
      }
      return html + "</div>\n"
    }.joined()
  }

  private func environment() -> String { table(summary.environment.rows) }

  /// A script of everything that succeeded, to read, to copy and to save.
  private func commands() -> String {
    let lines = summary.cells.filter { !Self.isReport($0) }.map { cell in
      cell.succeeded
        ? cell.source
        : cell.source.split(separator: "\n", omittingEmptySubsequences: false).map { "# failed: \($0)" }
          .joined(separator: "\n")
    }
    guard !lines.isEmpty else { return "" }
    let script = lines.joined(separator: "\n") + "\n"
    let (seed, threads) = (summary.environment.seed, summary.environment.threads)
    let line = "elbo --seed \(seed) --threads \(threads) run run.elbo"
    let address = "data:text/plain;charset=utf-8;base64,\(Data(script.utf8).base64EncodedString())"
    let partly = summary.earlier > 0 ? " Earlier cells are not among them." : ""
    return "<p>Save these commands as <a download=\"run.elbo\" href=\"\(address)\">run.elbo</a> and run them with "
      + "<code>\(line)</code>. On the same machine the same version gives the same bits.\(partly)</p>\n"
      + "<pre class=\"script\">\(HTML.escaped(script))</pre>\n"
  }

  private static func isReport(_ cell: SessionSummary.Cell) -> Bool {
    let words = cell.source.split { " \t\n|>;".contains($0) }
    return words.first == "report"
  }
}

import Text

/// A figure as a value: its content, not its rendering.
package struct Figure: Sendable, Equatable, Codable {
  package var kind: Kind
  package var title: String
  /// The subtitle: data, split, count, epoch.
  package var subtitle: String
  package var theme: Theme
  /// In pixels; nil leaves it to the kind.
  package var size: Size?

  package init(_ kind: Kind, title: String, subtitle: String = "", theme: Theme = .light, size: Size? = nil) {
    (self.kind, self.title, self.subtitle, self.theme, self.size) = (kind, title, subtitle, theme, size)
  }

  package enum Theme: String, Sendable, Equatable, Codable, CaseIterable { case light, dark }

  package struct Size: Sendable, Equatable, Codable {
    package var width: Int
    package var height: Int
    package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    /// `900x600`: width, then height, each from 64 to 8192.
    package init?(_ text: String) {
      let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let width = parts[0], let height = parts[1], (64...8192).contains(width),
        (64...8192).contains(height)
      else { return nil }
      self.init(width: width, height: height)
    }
  }

  package enum Kind: Sendable, Equatable, Codable {
    case curves(Curves)
    case scatter(Scatter)
    case images(ImageGrid)
    case bars(Bars)
    case histogram(Histogram)
    case matrix(MatrixMap)
  }

  /// The title and the subtitle on one line.
  package var caption: String { subtitle.isEmpty ? title : "\(title) · \(subtitle)" }
}

extension Figure {
  /// A one-line description for front ends without graphics.
  package var summary: String { "figure: \(description)" }

  /// What it shows: `loss of m · digits.train (loss, kl)`.
  package var description: String { VisibleText.name("\(caption) (\(content))") }

  private var content: String {
    func many(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
    switch kind {
    case .curves(let curves):
      return curves.lines.filter { !$0.isFaint }.map(\.name).joined(separator: ", ")
    case .scatter(let scatter):
      let classes = scatter.classesPresent.count
      return many(scatter.x.count, "point") + (classes > 1 ? " of \(classes) classes" : "")
    case .images(let grid): return "\(grid.rows) × \(grid.columns) images of \(grid.height)×\(grid.width)"
    case .bars(let bars): return many(bars.values.count, "bar")
    case .histogram(let histogram):
      return histogram.series.map { "\($0.name): \(many($0.values.count, "value"))" }.joined(separator: ", ")
    case .matrix(let map): return "\(map.rowNames.count) × \(map.columnNames.count) cells"
    }
  }
}

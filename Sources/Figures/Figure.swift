import Text

/// A figure as a value: its content, not its rendering.
package struct Figure: Sendable {
  package var kind: any FigureKind
  package var title: String
  /// The subtitle: data, split, count, epoch.
  package var subtitle: String
  package var theme: Theme
  /// In pixels; nil leaves it to the kind.
  package var size: Size?

  package init(_ kind: any FigureKind, title: String, subtitle: String = "", theme: Theme = .light, size: Size? = nil) {
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

  /// The title and the subtitle on one line.
  package var caption: String { subtitle.isEmpty ? title : "\(title) · \(subtitle)" }
}

extension Figure {
  /// A one-line description for front ends without graphics.
  package var summary: String { "figure: \(description)" }

  /// What it shows: `loss of m · digits.train (loss, kl)`.
  package var description: String { VisibleText.name("\(caption) (\(kind.contents))") }

  /// What the figure shows as a table, a line for each point, bar, cell or image.
  package var csv: String { kind.csv }

  /// What does not fit together, or is out of all bounds; nil when the figure is sound. A file may hold anything, and the
  /// drawing counts on it.
  package var fault: String? {
    if let size, !(64...8192).contains(size.width) || !(64...8192).contains(size.height) { return "its size" }
    return kind.fault
  }
}

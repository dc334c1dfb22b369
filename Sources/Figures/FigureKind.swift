/// What a figure shows. A kind is a file in `Kinds` that implements this, and a line of `FigureKinds.all`.
package protocol FigureKind: Sendable, Equatable, Codable {
  /// As workspaces have it.
  static var name: String { get }

  // What it says.

  /// How many of what: the end of the description for those who cannot see it.
  var contents: String { get }
  /// What does not fit together, or is out of all bounds; nil when it can be drawn: a file may hold anything.
  var fault: String? { get }
  /// A table with a line for each point, bar, cell or image.
  var csv: String { get }
  /// What session files contain and compare of it: a name and numbers each.
  var record: [(name: String, numbers: String)] { get }

  // How it is drawn.

  /// In pixels, where no size was asked for.
  func size(of figure: Figure) -> Figure.Size
  /// The commands and data behind the common beginning of all figures.
  func draw(in script: inout GnuplotScript, theme: Figure.Theme)
  /// Whether pixels of ours lie beneath what gnuplot draws.
  var isLayered: Bool { get }
  /// Draws these pixels.
  func place(in picture: inout Picture, _ script: GnuplotScript, theme: Figure.Theme)
  /// Whether its pixels are the figure: they decide its size, and are worth showing without captions.
  var isPicture: Bool { get }
  /// Whether a notebook is better off with pixels than with shapes.
  var isBestAsPixels: Bool { get }
  /// In characters.
  func text(_ figure: Figure, on screen: TextScreen) -> String
  /// As SVG of its own; nil where gnuplot draws it.
  func svg(_ figure: Figure) -> [UInt8]?
  /// As an animation: a figure whose pixels each moment draws over; nil of what does not move.
  func animation(_ figure: Figure) -> (still: Figure, moments: [(inout Picture) -> Void])?
}

extension FigureKind {
  package func size(of figure: Figure) -> Figure.Size { .init(width: 900, height: 600) }
  package var isLayered: Bool { false }
  package func place(in picture: inout Picture, _ script: GnuplotScript, theme: Figure.Theme) {}
  package var isPicture: Bool { false }
  package var isBestAsPixels: Bool { false }
  package func svg(_ figure: Figure) -> [UInt8]? { nil }
  package func animation(_ figure: Figure) -> (still: Figure, moments: [(inout Picture) -> Void])? { nil }

  fileprivate func equals(_ other: any FigureKind) -> Bool { (other as? Self) == self }
}

package enum FigureKinds {
  package static let all: [any FigureKind.Type] = [
    Curves.self, Scatter.self, ImageGrid.self, Bars.self, Histogram.self, MatrixMap.self,
  ]
}

extension Figure: Equatable {
  package static func == (a: Figure, b: Figure) -> Bool {
    a.kind.equals(b.kind) && a.title == b.title && a.subtitle == b.subtitle && a.theme == b.theme && a.size == b.size
  }
}

/// As workspaces have it: the content under the name of its kind.
extension Figure: Codable {
  private enum CodingKeys: String, CodingKey { case kind, title, subtitle, theme, size }

  private struct KindName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
  private enum ContentKey: String, CodingKey { case content = "_0" }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let kinds = try container.nestedContainer(keyedBy: KindName.self, forKey: .kind)
    guard kinds.allKeys.count == 1, let name = kinds.allKeys.first,
      let type = FigureKinds.all.first(where: { $0.name == name.stringValue })
    else {
      throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "no such kind of figure")
    }
    func content<Kind: FigureKind>(_ type: Kind.Type) throws -> any FigureKind {
      try kinds.nestedContainer(keyedBy: ContentKey.self, forKey: name).decode(type, forKey: .content)
    }
    self.init(
      try content(type), title: try container.decode(String.self, forKey: .title),
      subtitle: try container.decode(String.self, forKey: .subtitle),
      theme: try container.decode(Theme.self, forKey: .theme),
      size: try container.decodeIfPresent(Size.self, forKey: .size))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    var kinds = container.nestedContainer(keyedBy: KindName.self, forKey: .kind)
    var content = kinds.nestedContainer(
      keyedBy: ContentKey.self, forKey: KindName(stringValue: type(of: kind).name))
    try content.encode(kind, forKey: .content)
    try container.encode(title, forKey: .title)
    try container.encode(subtitle, forKey: .subtitle)
    try container.encode(theme, forKey: .theme)
    try container.encodeIfPresent(size, forKey: .size)
  }
}

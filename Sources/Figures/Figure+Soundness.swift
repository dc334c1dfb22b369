/// Whether a figure that a file gives back can be drawn: a file may hold anything, and the drawing counts on it.
extension Figure {
  /// What does not fit together, or is out of all bounds; nil when the figure is sound.
  package var fault: String? {
    if let size, !(64...8192).contains(size.width) || !(64...8192).contains(size.height) { return "its size" }
    return switch kind {
    case .curves(let curves): curves.fault
    case .scatter(let scatter): scatter.fault
    case .images(let grid): grid.fault
    case .bars(let bars): bars.fault
    case .histogram(let histogram): histogram.series.isEmpty ? "no series" : nil
    case .matrix(let map): map.fault
    }
  }
}

extension Curves {
  fileprivate var fault: String? {
    if lines.isEmpty { return "no lines" }
    // Nothing that is plotted gets further; tics are counted in whole numbers.
    let isFar = { (x: Double) in x.isFinite && x.magnitude > 1e12 }
    if lines.contains(where: { $0.x.contains(where: isFar) }) || marks.contains(where: { isFar($0.x) }) {
      return "a place beyond all reason"
    }
    for line in lines {
      guard line.x.count == line.y.count else { return "a line has \(line.x.count) places and \(line.y.count) values" }
      if let errors = line.errors, errors.count != line.y.count { return "a line's errors" }
      if let notes = line.notes, notes.count != line.y.count { return "a line's notes" }
      guard (0...1).contains(line.panel) else { return "a line's panel" }
      if let color = line.color, !(0...1_000_000).contains(color) { return "a line's color" }
    }
    return marks.allSatisfy { $0.x.isFinite } ? nil : "a mark"
  }
}

extension Scatter {
  fileprivate var fault: String? {
    guard x.count == y.count else { return "\(x.count) and \(y.count) coordinates" }
    if let classes, classes.count != x.count { return "its classes" }
    if let classes, let odd = classes.first(where: { !(-(1 << 31)..<1 << 31).contains($0) }) { return "class \(odd)" }
    if let values, values.count != x.count { return "its values" }
    return nil
  }
}

extension ImageGrid {
  fileprivate var fault: String? {
    guard channels == 1 || channels == 3 else { return "\(channels) channels" }
    let side = 1...1 << 16
    guard count > 0, side.contains(height), side.contains(width) else { return "its extents" }
    guard (1...count).contains(columns) else { return "\(columns) columns" }
    let (area, isLarge) = height.multipliedReportingOverflow(by: width * channels)
    let (size, isLarger) = area.multipliedReportingOverflow(by: count)
    guard !isLarge, !isLarger, size == pixels.count else { return "\(pixels.count) pixels" }
    guard rowLabels.isEmpty || rowLabels.count == rows else { return "its row labels" }
    guard columnLabels.isEmpty || columnLabels.count == columns else { return "its column labels" }
    return scaleLimit.map { (1...64).contains($0) } ?? true ? nil : "its scale"
  }
}

extension Bars {
  fileprivate var fault: String? {
    guard !values.isEmpty, values.count == names.count else { return "\(values.count) bars and \(names.count) names" }
    return (kinds?.inactive ?? []).allSatisfy(values.indices.contains) ? nil : "its inactive bars"
  }
}

extension MatrixMap {
  fileprivate var fault: String? {
    let (cells, isLarge) = rowNames.count.multipliedReportingOverflow(by: columnNames.count)
    return !isLarge && cells == values.count && cells > 0 ? nil : "\(values.count) cells"
  }
}

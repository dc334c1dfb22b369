import Text

/// Bars in characters, in eighths of one: across, with its name and value beside each, where there are rows for all of them;
/// else upright and side by side. Those that are inactive are hatched.
extension Bars {
  package func text(_ figure: Figure, on screen: TextScreen) -> String {
    let room = screen.rows - 4
    let isAcross = values.count <= max(room, 8) && screen.columns >= 30
    return isAcross ? across(figure, screen) : upright(figure, screen)
  }

  private func isInactive(_ index: Int) -> Bool { kinds?.inactive.contains(index) ?? false }

  private func legend(_ characters: TextCharacters) -> [TextChart.Entry] {
    guard let kinds else { return [] }
    let signs = Self.fills(characters)
    func entry(_ name: String, _ ink: TextInk, _ sign: String) -> TextChart.Entry {
      var entry = TextChart.Entry(name: name, place: 0, ink: ink)
      (entry.isLine, entry.shape) = (false, sign.first)
      return entry
    }
    return [entry(kinds.activeName, .series(0), signs.full), entry(kinds.inactiveName, .faint, signs.hatched)]
  }

  private static func fills(_ characters: TextCharacters) -> (full: String, hatched: String) {
    characters == .ascii ? ("#", ":") : ("█", "░")
  }

  /// From zero to the largest value.
  private var axis: TextAxis {
    let top = values.filter(\.isFinite).max() ?? 1
    return TextAxis(0, top > 0 ? top * 1.02 : 1)
  }

  /// So many characters of a bar, its end in eighths.
  private func bar(_ length: Double, _ isInactive: Bool, _ characters: TextCharacters, parts: [Character]) -> String {
    let signs = Self.fills(characters)
    let whole = max(0, Int(length))
    if characters == .ascii || isInactive {
      let rounded = max(length > 0 ? 1 : 0, Int(length.rounded()))
      return String(repeating: isInactive ? signs.hatched : signs.full, count: rounded)
    }
    let eighths = min(7, max(0, Int((length - Double(whole)) * 8)))
    // What is more than nothing is seen.
    let end = eighths > 0 ? String(parts[eighths]) : whole == 0 && length > 0 ? String(parts[1]) : ""
    return String(repeating: signs.full, count: whole) + end
  }

  private func across(_ figure: Figure, _ screen: TextScreen) -> String {
    var chart = TextChart(figure, on: screen, xLabel: yLabel)
    chart.head(xLabel, legend: legend(screen.characters))
    let names = names.map { chart.clipped($0, max(8, screen.columns / 3)) }
    let shown = values.map { value in
      value.isFinite ? TextAxis.number(value == 0 ? 0 : value.rounded(digits: 4)) : "not finite"
    }
    let left = names.map { TextWidth.columns($0) }.max() ?? 0
    let right = (shown.map(\.count).max() ?? 0) + 2
    let area = chart.rows(names, left: left, right: right)
    let axis = axis
    chart.draw { canvas in
      for (index, value) in values.enumerated() {
        let length = max(0, axis.share(value) ?? 0) * Double(area.columns.count)
        let text = bar(length, isInactive(index), screen.characters, parts: Array(" ▏▎▍▌▋▊▉"))
        let row = area.rows.lowerBound + index
        canvas.write(text, column: area.columns.lowerBound, row: row, isInactive(index) ? .faint : .series(0))
        let number = screen.characters == .ascii ? shown[index] : shown[index].replacing("-", with: "−")
        canvas.write(number, column: area.columns.lowerBound + text.count + 1, row: row, .plain)
      }
    }
    let most = TextChart.ticCount(axis, columns: area.columns.count)
    chart.horizontal(axis, below: area, tics: axis.tics(atMost: most))
    return chart.text
  }

  private func upright(_ figure: Figure, _ screen: TextScreen) -> String {
    var chart = TextChart(figure, on: screen, xLabel: xLabel)
    chart.head(yLabel, legend: legend(screen.characters))
    let axis = axis
    let area = chart.panel(rows: chart.rowsLeft, vertical: axis)
    // More bars than columns: the largest of several stands for them.
    let every = max(1, (values.count + area.columns.count - 1) / area.columns.count)
    let count = (values.count + every - 1) / every
    let pitch = max(1, area.columns.count / max(count, 1))
    let width = pitch > 1 ? pitch - 1 : 1
    let height = area.rows.count
    chart.draw { canvas in
      for place in 0..<count {
        let members = place * every..<min((place + 1) * every, values.count)
        guard let index = members.max(by: { values[$0] < values[$1] }) else { continue }
        let length = max(0, min(1, axis.share(values[index]) ?? 0)) * Double(height)
        let text = Array(bar(length, isInactive(index), screen.characters, parts: Array(" ▁▂▃▄▅▆▇")))
        for (level, sign) in text.enumerated() where level < height {
          canvas.write(
            String(repeating: sign, count: width), column: area.columns.lowerBound + place * pitch,
            row: area.rows.upperBound - 1 - level, isInactive(index) ? .faint : .series(0))
        }
      }
    }
    let columns = TextAxis(0, Double(max(area.columns.count - 1, 1)))
    let tics = (0..<count).map { place in
      TextAxis.Tic(
        value: Double(place * pitch) + Double(width - 1) / 2, text: chart.clipped(names[place * every], 12))
    }
    chart.horizontal(columns, below: area, tics: tics)
    guard every > 1 else { return chart.text }
    let note = chart.clipped("each bar: the largest of \(every)", screen.columns)
    let row = chart.first
    chart.draw { $0.write(note, column: max(0, screen.columns - note.count), row: row, .faint) }
    return chart.text
  }
}

extension Double {
  /// With so many significant digits.
  fileprivate func rounded(digits: Int) -> Double { Double(NumberText.format("%.\(digits)g", self)) ?? self }
}

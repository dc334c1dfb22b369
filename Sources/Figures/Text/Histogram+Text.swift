import Glibc
import Text

/// Densities in characters: the outline of each series over common bins, filled where there is one, and N(0, 1) in dashes.
extension Histogram {
  package func text(_ figure: Figure, on screen: TextScreen) -> String {
    let bins = bins()
    let isAlone = series.count == 1
    var lines: [Curves.Line] = []
    let end = bins.low + Double(bins.densities.first?.count ?? 1) * bins.width
    for (index, series) in series.enumerated() {
      // The outline: up and down at the edges of bins.
      var (x, y) = ([bins.low], [0.0])
      for (bin, density) in bins.densities[index].enumerated() {
        x += [bins.low + Double(bin) * bins.width, bins.low + Double(bin + 1) * bins.width]
        y += [density, density]
      }
      var line = Curves.Line(
        name: isAlone && !showsNormal ? "" : series.name,
        x: x + [bins.low + Double(bins.densities[index].count) * bins.width], y: y + [0])
      line.isFilled = isAlone
      lines.append(line)
    }
    if showsNormal {
      let places = (0...200).map { bins.low + (end - bins.low) * Double($0) / 200 }
      let heights = places.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }
      lines.append(Curves.Line(name: "N(0, 1)", x: places, y: heights, dashed: true))
    }
    let top = lines.flatMap(\.y).filter(\.isFinite).max() ?? 1
    let curves = Curves(lines: lines, xLabel: xLabel, yLabel: "density")
    return curves.text(figure, on: screen, vertical: TextAxis(0, top * 1.05), namesEnds: false)
  }
}

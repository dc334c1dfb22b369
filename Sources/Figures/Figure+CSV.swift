import Text

extension Figure {
  /// What the figure shows as a table, a line for each point, bar, cell or image.
  package var csv: String {
    switch kind {
    case .curves(let curves):
      let hasErrors = curves.lines.contains { $0.errors != nil }
      var text = "series,x,y" + (hasErrors ? ",standard_error" : "") + "\n"
      for line in curves.lines {
        let name = CSVText.field(line.isFaint ? line.name + " (raw)" : line.name)
        for index in line.x.indices {
          text += "\(name),\(line.x[index]),\(line.y[index])"
          if hasErrors { text += "," + (line.errors.map { "\($0[index])" } ?? "") }
          text += "\n"
        }
      }
      return text
    case .scatter(let scatter):
      let (x, y) = (scatter.x, scatter.y)
      var text = "x,y" + (scatter.classes != nil ? ",class" : "") + (scatter.values != nil ? ",value" : "") + "\n"
      for index in x.indices {
        text += "\(x[index]),\(y[index])"
        if let classes = scatter.classes { text += ",\(CSVText.field(scatter.name(ofClass: classes[index])))" }
        if let values = scatter.values { text += ",\(values[index])" }
        text += "\n"
      }
      return text
    case .images(let grid):
      let pixels = grid.pixels
      let size = grid.channels * grid.height * grid.width
      var text = "row,column," + (0..<size).map { "p\($0)" }.joined(separator: ",") + "\n"
      for image in 0..<grid.count {
        let values = pixels[image * size..<(image + 1) * size].map { "\($0)" }.joined(separator: ",")
        text += "\(image / grid.columns),\(image % grid.columns),\(values)\n"
      }
      return text
    case .bars(let bars):
      return "name,value\n"
        + zip(bars.names, bars.values).map { "\(CSVText.field($0)),\($1)\n" }.joined()
    case .histogram(let histogram):
      let bins = histogram.bins()
      var text = "series,from,to,density\n"
      for (index, series) in histogram.series.enumerated() {
        for (bin, density) in bins.densities[index].enumerated() {
          let low = bins.low + Double(bin) * bins.width
          text += "\(CSVText.field(series.name)),\(low),\(low + bins.width),\(density)\n"
        }
      }
      return text
    case .matrix(let map):
      var text = "row,column,value\n"
      for (index, value) in map.values.enumerated() {
        let (row, column) = (index / max(map.columnNames.count, 1), index % max(map.columnNames.count, 1))
        text += "\(CSVText.field(map.rowNames[row])),\(CSVText.field(map.columnNames[column])),\(value)\n"
      }
      return text
    }
  }
}

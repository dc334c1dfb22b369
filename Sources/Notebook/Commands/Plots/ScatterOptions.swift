import Figures
import SessionCore
import Tensors
import Text

/// Options of points in a plane.
struct ScatterOptions: ArgumentGroup {
  @Option(
    .text(
      placeholder: "label, none or VALUES",
      suggestions: [ValueWord("label", "by class"), ValueWord("none", "one color for all")]),
    default: "label", help: "color of the points: by label, or by a tensor of values")
  var color: String
  let dims = PlotDimensions()
  @Option(default: true, help: "histograms along the edges of a scatter") var marginals: Bool

  /// Rows of latents, by two of their dimensions or by PCA.
  func figure(
    _ points: Tensor, labels: [Int]?, names: [String], title: String, subtitle: String, _ plot: PlotItems
  ) throws -> Figure {
    let d = points.shape[1]
    let flat = points.elements(as: Float.self)
    var (x, y): ([Float], [Float])
    var axes = ("z[0]", "z[1]")
    var subtitle = subtitle
    if let dims = try dims.chosen(of: d) {
      guard dims.count == 2 else {
        throw self.dims.place.fault(.badOptionValue, "dims: a scatter has two dimensions, got \(dims.count)")
      }
      (x, y) = (PlotDimensions.column(flat, dims[0], d), PlotDimensions.column(flat, dims[1], d))
      axes = ("z[\(dims[0])]", "z[\(dims[1])]")
    } else if d == 2 {
      (x, y) = (PlotDimensions.column(flat, 0, 2), PlotDimensions.column(flat, 1, 2))
    } else {
      let plane = try PrincipalPlane(flat, dimensions: d)
      (x, y) = (plane.x, plane.y)
      axes = (plane.label(0), plane.label(1))
      subtitle += " · PCA of \(d) dimensions"
    }
    let finite = zip(x, y).reduce(0) { $0 + ($1.0.isFinite && $1.1.isFinite ? 1 : 0) }
    guard finite > 0 else {
      throw plot.fault(
        .plotFailed, x.isEmpty ? "there are no points to draw" : "none of the \(x.count) points is finite")
    }
    if finite < x.count {
      plot.execution.note("\(x.count - finite) of \(x.count) points are not finite and not drawn")
    }
    var scatter = Scatter(x: x, y: y, xLabel: axes.0, yLabel: axes.1, hasMarginals: marginals)
    switch color {
    case "none": break
    case "label":
      scatter.classes = labels
      scatter.classNames = names
    case let text:
      guard case .tensor(let array) = try plot.execution.evaluate(text: text, span: $color.span),
        array.shape.count == x.count
      else {
        throw $color.fault(
          .shapeMismatch, "color: expected a tensor of \(x.count) values, one for each point",
          fix: "Or: color=label, color=none.")
      }
      scatter.values = array.floats
      scatter.valueLabel = text
    }
    return Figure(scatter, title: title, subtitle: subtitle)
  }
}

/// `dims=`.
struct PlotDimensions: ArgumentGroup {
  @Option(
    .text(placeholder: "0,1", suggestions: []), note: "PCA; in a histogram those with the largest KL",
    help: "latent dimensions")
  var dims: String?

  var place: ArgumentPlace { $dims }

  /// - Parameter d: How many there are.
  /// - Returns: nil where none were asked for.
  func chosen(of d: Int) throws -> [Int]? {
    guard let text = dims else { return nil }
    let parts = text.split(separator: ",").map { Int($0) }
    let dims = parts.compactMap { $0 }
    guard !dims.isEmpty, dims.count == parts.count, dims.allSatisfy({ $0 >= 0 && $0 < d }) else {
      throw $dims.fault(.badOptionValue, "dims: expected dimensions of 0…\(d - 1), got '\(text)'")
    }
    return dims
  }

  static func column(_ flat: [Float], _ index: Int, _ width: Int) -> [Float] {
    stride(from: index, to: flat.count, by: width).map { flat[$0] }
  }
}

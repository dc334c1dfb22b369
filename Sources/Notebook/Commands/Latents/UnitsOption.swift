import SessionCore

/// `units=`: of what is decoded.
enum Units: String, Choice {
  case data, model

  var help: String {
    switch self {
    case .data: "of the data: what standardize did is undone"
    case .model: "as the model has them"
    }
  }
}

struct UnitsOption: ArgumentGroup {
  @Option(default: .data, help: "units of decoded values") var units: Units
}

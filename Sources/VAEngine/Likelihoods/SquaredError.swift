import Graphs

extension Likelihood {
  /// Σ (x − mean)²: no density; what plain autoencoders minimize.
  package static let squaredError = Likelihood(
    "mse", summary: "squared error, no density: for plain autoencoders", codingKey: "squaredError", support: .realLine,
    measure: .squaredError,
    write: { outputs, x throws(ShapeError) in try square(x - outputs).sum([1]) },
    mean: { outputs, _ throws(ShapeError) in outputs }, output: { $0 }, draw: nil,
    constantLoss: { moments in moments.sum { $1 } })
}

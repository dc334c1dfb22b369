import Graphs
import Testing

extension OpCase {
  /// The gradients of `loss` with respect to the inputs, against central differences in Double at about `positions` elements
  /// of each.
  func expectSlopes(of loss: Symbol, toBe gradients: [Symbol], in graph: Graph, positions: Int) {
    let leaves = leaves(graph)
    let analytic = Reference(leaves: leaves).evaluate(gradients)
    let step = 1e-5
    for (source, gradient) in zip(inputs.indices, analytic) {
      for position in stride(from: 0, to: gradient.count, by: max(1, gradient.count / positions)) {
        var (up, down) = (leaves, leaves)
        up["x\(source)"]?[position] += step
        down["x\(source)"]?[position] -= step
        let difference =
          (Reference(leaves: up).evaluate([loss])[0][0] - Reference(leaves: down).evaluate([loss])[0][0]) / (2 * step)
        #expect(
          abs(difference - gradient[position]) <= 1e-5 * max(1, abs(difference)),
          "\(self): input \(source)[\(position)] \(gradient[position]) against \(difference)")
      }
    }
  }
}

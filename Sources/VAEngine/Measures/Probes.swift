import Graphs
import Tensors

/// Probes: the accuracy of predicting labels from vectors on a test set, with the standard error of a mean of zeros and
/// ones.
package enum Probe {
  /// Majority vote of the `k` nearest training vectors (Euclidean); a tie goes to the nearest of the tied.
  ///
  /// - Parameters:
  ///   - train: `[N, D]`, with a class each.
  ///   - test: `[M, D]`, with a class each.
  package static func nearestNeighbors(
    train: Tensor, labels: [Int], test: Tensor, testLabels: [Int], k: Int = 10,
    options: CompilerOptions = CompilerOptions()
  ) throws -> Estimate {
    let answers = try nearestClasses(train: train, labels: labels, test: test, k: k, options: options)
    return Estimate(share: zip(answers, testLabels).map { $0 == $1 ? 1 : 0 })
  }

  /// The class that each test vector gets by the same vote, `[M]`.
  package static func nearestClasses(
    train: Tensor, labels: [Int], test: Tensor, k: Int = 10, options: CompilerOptions = CompilerOptions()
  ) throws -> [Int] {
    guard train.shape[0] >= k, test.shape[0] > 0 else { throw ModelError.tooFewExamples(train.shape[0], needed: k) }
    var answers = [Int](repeating: 0, count: test.shape[0])
    let distances = try Distances(to: train, options: options)
    try distances.forEachRow(of: test) { row, values in
      let classes = Distances.nearest(values, k).map { labels[$0.1] }
      var votes: [Int: Int] = [:]
      for label in classes { votes[label, default: 0] += 1 }
      let most = votes.values.max() ?? 0
      answers[row] = classes.first { votes[$0] == most } ?? 0
    }
    return answers
  }

  /// The share that a linear classifier gets right.
  package static func linear(
    train: Tensor, labels: [Int], test: Tensor, testLabels: [Int], options: CompilerOptions = CompilerOptions()
  ) throws -> Estimate {
    let answers = try linearClasses(train: train, labels: labels, test: test, options: options)
    return Estimate(share: zip(answers, testLabels).map { $0 == $1 ? 1 : 0 })
  }

  /// The class that each test vector gets, `[M]`, by multinomial logistic regression on features standardised by
  /// the training set, with a little weight decay (1e-4), trained on the whole set by 300 steps of Adam.
  package static func linearClasses(
    train: Tensor, labels: [Int], test: Tensor, options: CompilerOptions = CompilerOptions()
  ) throws -> [Int] {
    let scores = try linearScores(train: train, labels: labels, test: test, options: options)
    let classes = scores.count / test.shape[0]
    return (0..<test.shape[0]).map { row in
      (0..<classes).max { scores[row * classes + $0] < scores[row * classes + $1] } ?? 0
    }
  }

  /// The logits of every class, `[M, classes]` row by row.
  static func linearScores(
    train: Tensor, labels: [Int], test: Tensor, options: CompilerOptions = CompilerOptions()
  ) throws -> [Float] {
    let (n, m, d) = (train.shape[0], test.shape[0], train.shape[1])
    let classes = max(2, (labels.max() ?? 0) + 1)
    guard n > 1, m > 0 else { throw ModelError.tooFewExamples(n, needed: 2) }
    let store = try ParameterStore([
      ParameterSpec(name: "weight", shape: [d, classes]), ParameterSpec(name: "bias", shape: [classes]),
    ])
    func logits(_ graph: Graph, rows: Int) throws -> Symbol {
      try matmul(graph.input("x", [rows, d]), graph.parameter("weight", [d, classes]))
        + graph.parameter("bias", [classes])
    }
    let graph = Graph()
    let scores = try logits(graph, rows: n)
    let target = try graph.input("labels", [n, classes])
    let loss = try (scores.logSumExp([1]) - (scores * target).sum([1])).mean()
    let decay = try square(graph.parameter("weight", [d, classes])).sum() * 1e-4
    let training = try Program(
      graph, outputs: [("loss", loss)], parameters: store, training: [TrainingPhase(try loss + decay, .adam)],
      options: options)
    let (mean, scale) = standardization(train)
    write(train, into: training.input("x"), mean, scale)
    let oneHot = training.input("labels")
    oneHot.update(repeating: 0)
    for (row, label) in labels.enumerated() { oneHot[row * classes + label] = 1 }
    training.mainHyperparameters.learningRate = 0.05
    for step in 0..<300 {
      try Stopping.check()
      training.run(step: UInt64(step))
    }

    let testGraph = Graph()
    let testing = try Program(
      testGraph, outputs: [("scores", try logits(testGraph, rows: m))], parameters: store, options: options)
    write(test, into: testing.input("x"), mean, scale)
    testing.run()
    return Array(testing.output("scores"))
  }

  private static func standardization(_ x: Tensor) -> (mean: [Float], scale: [Float]) {
    let (n, d) = (x.shape[0], x.shape[1])
    return x.withElements(of: Float.self) { values in
      var (mean, scale) = ([Float](), [Float]())
      for j in 0..<d {
        let average = (0..<n).reduce(0.0) { $0 + Double(values[$1 * d + j]) } / Double(n)
        let variance = (0..<n).reduce(0.0) { sum, row in
          let delta = Double(values[row * d + j]) - average
          return sum + delta * delta
        }
        mean.append(Float(average))
        // A feature that never changes says nothing, in whatever unit it is.
        scale.append(variance > 0 ? Float(1 / (variance / Double(n)).squareRoot()) : 0)
      }
      return (mean, scale)
    }
  }

  private static func write(
    _ x: Tensor, into input: UnsafeMutableBufferPointer<Float>, _ mean: [Float], _ scale: [Float]
  ) {
    let d = mean.count
    x.withElements(of: Float.self) { values in
      for i in 0..<values.count { input[i] = (values[i] - mean[i % d]) * scale[i % d] }
    }
  }
}

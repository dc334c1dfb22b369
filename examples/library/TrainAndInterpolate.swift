import Datasets
import Figures
import Networks
import Rendering
import Tensors
import VAEngine

// The libraries without the notebook: a VAE of the embedded digits, and a path through its latent space.
//
//     swift run -c release train-and-interpolate [EPOCHS] [OUT.png]

@main struct TrainAndInterpolate {
  static func main() throws {
    let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5
    let path = CommandLine.arguments.dropFirst(2).first ?? "interpolation.png"

    let digits = try DatasetCatalogue().load("digits")
    guard let training = digits.part("train"), let test = digits.part("test") else { return }
    let model = try Model(
      ModelConfiguration(
        architecture: Preset.mlp.architecture(for: training.exampleShape), exampleShape: training.exampleShape,
        latentDimensions: 20, likelihood: .bernoulli, seed: 1))

    var plan = TrainingPlan(epochs: epochs)
    plan.seed = 1
    try Trainer(model, on: training, plan: plan).run { moment in
      guard let epoch = moment.finished else { return }
      print("epoch \(epoch.epoch): loss \(epoch.loss) nats/image, of which KL \(epoch.kl)")
    }

    let loss = try model.evaluate(test).negativeElbo
    print("test −ELBO \(loss.mean) ± \(loss.standardError) nats/image, n \(loss.count)")

    let codes = try model.encode(test).mean
    func code(of label: Int) -> [Float] {
      let row = (0..<test.count).first { test.label($0) == label } ?? 0
      return codes[row].elements()
    }
    let between = try model.decode(LatentPath.between(code(of: 3), code(of: 8), steps: 12, kind: .slerp))
    let strip = ImageGrid(
      pixels: between.elements(), count: 12, channels: 1, height: 28, width: 28, columns: 12, framed: [0, 11])
    let figure = Figure(strip, title: "From a three to an eight", subtitle: "\(epochs) epochs, slerp")
    let bytes = try FigureRenderer().bytes(figure, .png)
    try bytes.withUnsafeBytes { try FileBytes.write([$0], to: path) }
    print("wrote \(path)")
  }
}

import Graphs
import Tensors
import Text

/// Weights that another program trained, by its names and in its layouts: what `torch.nn.Module.state_dict()` holds.
///
/// | ours | PyTorch's |
/// |---|---|
/// | dense `weight` `[in, out]`, `bias` | `Linear.weight` `[out, in]`, transposed; `bias` |
/// | conv `weight` `[O, I, kh, kw]`, convt `weight` `[I, O, kh, kw]` | the same of `Conv2d`, `ConvTranspose2d` |
/// | norms: `scale`, `shift`, `mean`, `variance` | `weight`, `bias`, `running_mean`, `running_var` |
package struct ForeignWeights {
  private let file: SafeTensors
  private let path: String
  /// Layers of ours and of theirs.
  private let map: [(own: String, their: String)]

  /// - Parameter map: `encoder.1=fc1 encoder.mean=fc21`; empty where the names are ours.
  /// - Throws: `FileError`.
  package init(path: String, map text: String) throws(FileError) {
    self.path = path
    file = try SafeTensors(contentsOf: path)
    var map: [(own: String, their: String)] = []
    for word in text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\n" }) {
      let halves = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
        throw FileError(
          path: path, reason: "'\(word)' of map= is no pair of layers", fix: "Write map=\"encoder.1=fc1 …\".")
      }
      guard !map.contains(where: { $0.own == halves[0] }) else {
        throw FileError(path: path, reason: "map= names '\(halves[0])' twice")
      }
      map.append((halves[0], halves[1]))
    }
    self.map = map
  }

  private static let aliases = ["scale": "weight", "shift": "bias", "mean": "running_mean", "variance": "running_var"]

  /// The tensor for a parameter, in the parameter's layout.
  private func tensor(_ spec: ParameterSpec, in model: Model) throws(FileError) -> (name: String, tensor: Tensor) {
    let dot = spec.name.lastIndex(of: ".")
    let layer = dot.map { String(spec.name[..<$0]) } ?? ""
    let part = dot.map { String(spec.name[spec.name.index(after: $0)...]) } ?? spec.name
    let prefix = map.first { $0.own == layer }?.their
    let candidates = [
      prefix.map { "\($0).\(part)" }, prefix.flatMap { own in Self.aliases[part].map { "\(own).\($0)" } },
    ]
    let names = prefix == nil ? [spec.name] : candidates.compactMap(\.self)
    guard let name = names.first(where: { file[$0] != nil }), let found = file[name] else {
      if let prefix, !file.tensors.contains(where: { $0.name.hasPrefix(prefix + ".") }) {
        let known = layers(of: file.tensors.map { ($0.name, $0.tensor.shape) })
        throw FileError(
          path: path, reason: "there is no layer '\(prefix)' for \(layer)",
          fix: Suggestion.question(prefix, in: known) ?? "Layers: \(known.joined(separator: ", ")).")
      }
      throw FileError(
        path: path, reason: "no tensor for '\(spec.name)' \(spec.shape): \(names.joined(separator: " or ")) is missing",
        fix: proposal(for: model).map { "Try: map=\"\($0)\"" } ?? "Name its layers: map=\"encoder.1=fc1 …\".")
    }
    // Square matrices are transposed as well: of the same names nothing else is known than that they are PyTorch's.
    let isMatrix = spec.shape.rank == 2 && part == "weight" && prefix != nil
    let wanted = isMatrix ? Shape(spec.shape.dimensions.reversed()) : spec.shape
    guard found.shape == wanted, let floats = Self.floats(found) else {
      throw FileError(
        path: path, reason: "'\(name)' is \(found.shape) \(found.dtype), \(spec.name) needs \(wanted) float32",
        fix: "Is the model's architecture the same? Compare: summary")
    }
    let values = isMatrix ? Self.transposed(floats, rows: wanted[0], columns: wanted[1]) : floats
    do { return (name, try Tensor(values, shape: spec.shape)) } catch {
      throw FileError(path: path, reason: "\(error)")
    }
  }

  private static func floats(_ tensor: Tensor) -> [Float]? {
    switch tensor.dtype {
    case .float32: tensor.elements(as: Float.self)
    case .float64: tensor.withElements(of: Double.self) { $0.map { Float($0) } }
    default: nil
    }
  }

  private static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<rows { for column in 0..<columns { result[column * rows + row] = values[row * columns + column] } }
    return result
  }

  /// The layers that names begin with, in their order.
  private func layers(of names: [(name: String, shape: Shape)]) -> [String] {
    var layers: [String] = []
    for (name, _) in names {
      let layer = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
      if !layers.contains(layer) { layers.append(layer) }
    }
    return layers
  }

  /// A map by shapes: each of our layers with the first of theirs that is left and has a weight of its shape; nil where one
  /// has none.
  private func proposal(for model: Model) -> String? {
    func weights(_ all: [(name: String, shape: Shape)]) -> [(layer: String, sizes: [Int])] {
      layers(of: all).compactMap { layer in
        all.first { $0.name == "\(layer).weight" }.map { (layer, $0.shape.dimensions) }
      }
    }
    var theirs = weights(file.tensors.map { ($0.name, $0.tensor.shape) })
    let ours = weights(model.parameters.specs.map { ($0.name, $0.shape) })
    var pairs: [String] = []
    for (layer, sizes) in ours {
      let wanted = sizes.count == 2 ? sizes.reversed() : sizes
      guard let place = theirs.firstIndex(where: { $0.sizes == wanted }) else { return nil }
      pairs.append("\(layer)=\(theirs.remove(at: place).layer)")
    }
    return pairs.isEmpty ? nil : pairs.joined(separator: " ")
  }

  /// Fills a fresh model of this configuration.
  ///
  /// - Returns: The model, and names of the file that it has no use for.
  /// - Throws: `FileError` naming what is missing or of another shape; `ModelError`.
  package func filled(
    _ configuration: ModelConfiguration, options: CompilerOptions
  ) throws -> (model: Model, unused: [String]) {
    let model = try Model(try configuration.startingFromGivenBias(), options: options)
    for (own, _) in map where !model.parameters.specs.contains(where: { $0.name.hasPrefix(own + ".") }) {
      let known = layers(of: model.parameters.specs.map { ($0.name, $0.shape) })
      throw FileError(
        path: path, reason: "the model has no layer '\(own)'",
        fix: Suggestion.question(own, in: known) ?? "Layers: \(known.joined(separator: ", ")).")
    }
    var used: Set<String> = []
    for spec in model.parameters.specs {
      let (name, tensor) = try tensor(spec, in: model)
      model.parameters.set(spec.name, to: tensor)
      used.insert(name)
    }
    let last = path.split(separator: "/").last.map(String.init) ?? path
    model.training.history.edits.append(.init(epoch: 0, what: "weights=\(last)"))
    return (model, file.tensors.map(\.name).filter { !used.contains($0) })
  }
}

extension ModelConfiguration {
  /// The same, whose first training leaves the decoder's last bias as it is.
  fileprivate func startingFromGivenBias() throws(ModelError) -> ModelConfiguration {
    var other = try ModelConfiguration(
      family: family, architecture: architecture, exampleShape: exampleShape, latentDimensions: latentDimensions,
      likelihood: likelihood, beta: beta, capacity: capacity, freeBits: freeBits,
      importanceSamples: importanceSamples, noise: noise, classCount: classCount, initializer: initializer,
      outputBiasStartsAtMean: false, seed: seed)
    other.settings = settings
    return other
  }
}

import FoundationEssentials
import Graphs
import Tensors

/// A model as a safetensors file: each parameter under its name in its logical layout; the definition, the state of
/// training and the transforms of the data as JSON in the metadata; for resuming, the optimizer's moments (and the
/// best parameters of early stopping) as flat vectors. Written whole or not at all; read back to the same bits.
extension Model {
  private enum Name {
    static let configuration = "elbo.configuration"
    static let training = "elbo.training"
    static let data = "elbo.data"
    static let firstMoments = "optimizer.first_moments"
    static let secondMoments = "optimizer.second_moments"
    static let best = "best.values"
  }

  /// - Parameter resumable: Also writes what resuming the training needs: the moments, twice the parameters' size.
  /// - Throws: `FileError`.
  package func save(to path: String, resumable: Bool = true) throws {
    var file = SafeTensors(metadata: [
      "format": "elbo", Name.configuration: try Self.json(configuration), Name.training: try Self.json(training),
      Name.data: dataDescription,
    ])
    for spec in parameters.specs { file.tensors.append((spec.name, try parameters.value(spec.name))) }
    if resumable {
      let snapshot = try parameters.snapshot()
      file.tensors += [(Name.firstMoments, snapshot.firstMoments), (Name.secondMoments, snapshot.secondMoments)]
      if let bestValues { file.tensors.append((Name.best, bestValues)) }
    }
    try file.write(to: path)
  }

  /// The model of a file.
  ///
  /// - Throws: `FileError`, or `ModelError.checkpoint` naming what is missing.
  package static func open(_ path: String, options: CompilerOptions = CompilerOptions()) throws -> Model {
    let file = try SafeTensors(contentsOf: path)
    let model = try Model(try configuration(file, path), options: options)
    try model.take(file, path)
    return model
  }

  /// Restores parameters and training state from the file.
  ///
  /// - Throws: as `open`, and when the file is of another architecture; then nothing has changed.
  package func restore(from path: String) throws {
    let file = try SafeTensors(contentsOf: path)
    let saved = try Self.configuration(file, path)
    guard
      saved.architecture.encoder == configuration.architecture.encoder,
      saved.architecture.decoder == configuration.architecture.decoder,
      saved.latentDimensions == configuration.latentDimensions, saved.exampleShape == configuration.exampleShape
    else {
      throw ModelError.checkpoint(
        "\(path) has a different architecture: \(saved.architecture.name) for \(saved.exampleShape), "
          + "\(saved.latentDimensions) latent dimensions; open it as a model of its own")
    }
    try take(file, path)
    configuration = saved
  }

  private static func configuration(_ file: SafeTensors, _ path: String) throws -> ModelConfiguration {
    guard let text = file.metadata[Name.configuration] else {
      throw ModelError.checkpoint("\(path) holds tensors but no model: its metadata have no '\(Name.configuration)'")
    }
    do {
      let configuration = try decoder.decode(ModelConfiguration.self, from: Data(text.utf8))
      guard configuration.isSound else { throw ModelError.checkpoint("\(path): the model's definition is none") }
      return configuration
    } catch let error as ModelError {
      throw error
    } catch {
      throw ModelError.checkpoint("\(path): the model's definition cannot be read (\(error))")
    }
  }

  /// Checks everything before changing anything.
  private func take(_ file: SafeTensors, _ path: String) throws {
    for spec in parameters.specs {
      guard let tensor = file[spec.name] else {
        throw ModelError.checkpoint("\(path): parameter '\(spec.name)' is missing")
      }
      guard tensor.shape == spec.shape, tensor.dtype == .float32 else {
        throw ModelError.checkpoint(
          "\(path): parameter '\(spec.name)' is \(tensor.shape) \(tensor.dtype), the model has \(spec.shape)")
      }
    }
    var state = TrainingState()
    if let text = file.metadata[Name.training] {
      guard let saved = try? Self.decoder.decode(TrainingState.self, from: Data(text.utf8)), saved.isSound else {
        throw ModelError.checkpoint("\(path): the state of training cannot be read")
      }
      state = saved
    }
    var snapshot = try parameters.snapshot()
    snapshot.firstMoments = try Self.flat(file, Name.firstMoments, like: snapshot.firstMoments, path)
    snapshot.secondMoments = try Self.flat(file, Name.secondMoments, like: snapshot.secondMoments, path)
    let best = try file[Name.best].map { _ in try Self.flat(file, Name.best, like: snapshot.values, path) }
    parameters.restore(snapshot)
    for spec in parameters.specs { if let tensor = file[spec.name] { parameters.set(spec.name, to: tensor) } }
    bestValues = best
    training = state
    dataDescription = file.metadata[Name.data] ?? ""
  }

  /// A flat vector of the file, zeros when it has none.
  private static func flat(_ file: SafeTensors, _ name: String, like wanted: Tensor, _ path: String) throws -> Tensor {
    guard let tensor = file[name] else { return try Tensor(zeros: wanted.shape) }
    guard tensor.shape == wanted.shape, tensor.dtype == .float32 else {
      throw ModelError.checkpoint("\(path): '\(name)' is \(tensor.shape), the model needs \(wanted.shape)")
    }
    // A copy: the file's pages go when it is written again.
    return try Tensor(tensor.elements(as: Float.self), shape: tensor.shape)
  }

  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

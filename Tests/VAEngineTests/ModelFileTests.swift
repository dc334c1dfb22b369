import FoundationEssentials
import Graphs
import Networks
import Tensors
import Testing
import VAEngine

@Suite struct ModelFileTests {
  /// A path in the temporary folder that is removed afterwards.
  private func withPath(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(component: "\(UUID().uuidString).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func aSavedModelContinuesToTheSameBits() throws {
    let data = Examples.blobs(130)
    var plan = TrainingPlan(epochs: 3)
    (plan.batchSize, plan.patience) = (32, 2)
    let straight = try TrainingTests.model(.capacity)
    straight.dataDescription = "blobs"
    let stop = StopSignal()
    try Trainer(straight, on: data, plan: plan).run(stop: stop) { if $0.step == 7 { stop.request() } }
    try withPath { path in
      try straight.save(to: path)
      let opened = try Model.open(path)
      #expect(opened.configuration == straight.configuration)
      #expect(opened.training == straight.training)
      #expect(opened.dataDescription == "blobs")
      try Trainer(straight, on: data, plan: plan).run()
      try Trainer(opened, on: data, plan: plan).run()
      #expect(
        try straight.parameters.snapshot().values.elements(as: Float.self)
          == opened.parameters.snapshot().values.elements(as: Float.self))
      #expect(straight.training.history.epochs.map(\.loss) == opened.training.history.epochs.map(\.loss))
    }
  }

  /// In format 1 a layer normalization of images had one scale per channel, which is group normalization with one
  /// group; of vectors it was what it is. Only what older programs would misread is written in another format.
  @Test func layerNormalizationsOfOlderFilesStayWhatTheyWere() throws {
    func json(_ encoder: String, _ decoder: String) throws -> String {
      let configuration = try ModelConfiguration(
        architecture: Architecture(
          name: "text", encoder: LayerText.parse(encoder), decoder: LayerText.parse(decoder)),
        exampleShape: [1, 4, 4], latentDimensions: 2)
      return String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self)
    }
    func read(_ text: String) throws -> Architecture {
      try JSONDecoder().decode(ModelConfiguration.self, from: Data(text.utf8)).architecture
    }
    let (encoder, decoder) = (
      "conv4k3s1 layernorm dense8 layernorm", "dense8 layernorm dense16 reshape1x4x4 layernorm convt1k3s1"
    )
    let new = try json(encoder, decoder)
    #expect(new.contains("\"version\":2"))
    #expect(LayerText.text(try read(new).encoder) == encoder)
    let old = try read(new.replacingOccurrences(of: "\"version\":2", with: "\"version\":1"))
    #expect(LayerText.text(old.encoder) == "conv4k3s1 groupnorm1 dense8 layernorm")
    #expect(LayerText.text(old.decoder) == "dense8 layernorm dense16 reshape1x4x4 groupnorm1 convt1k3s1")
    #expect(try json("dense8 layernorm", "dense8 layernorm dense16").contains("\"version\":1"))
    #expect(try json("conv4k3 groupnorm2 dense8", "dense16").contains("\"version\":1"))
  }

  @Test func aCheckpointOfAnotherArchitectureChangesNothing() throws {
    try withPath { path in
      try TrainingTests.model(.vae, preset: .mlp).save(to: path)
      let model = try TrainingTests.model(.vae)
      let before = try model.parameters.snapshot().values.elements(as: Float.self)
      #expect(throws: ModelError.self) { try model.restore(from: path) }
      #expect(try model.parameters.snapshot().values.elements(as: Float.self) == before)
    }
  }

  /// Numbers that no training could have come to, in a file that is well formed.
  @Test(arguments: [
    ("\"batchInEpoch\":0", "\"batchInEpoch\":-1"), ("\"stepStride\":1", "\"stepStride\":0"),
    ("\"importanceSamples\":4", "\"importanceSamples\":4611686018427387904"),
    ("\"importanceSamples\":4", "\"importanceSamples\":0"),
  ])
  func impossibleNumbersAreRefused(right: String, wrong: String) throws {
    try withPath { path in
      try TrainingTests.model(.importanceWeighted, preset: .mlp).save(to: path)
      var file = try SafeTensors(contentsOf: path)
      var changes = 0
      for (key, text) in file.metadata where text.contains(right) {
        file.metadata[key] = text.replacing(right, with: wrong)
        changes += 1
      }
      #expect(changes == 1)
      try file.write(to: path + ".wrong")
      defer { try? FileManager.default.removeItem(atPath: path + ".wrong") }
      #expect(throws: ModelError.self) { try Model.open(path + ".wrong") }
    }
  }

  @Test func aFileCutShortIsRefused() throws {
    try withPath { path in
      try TrainingTests.model(.vae, preset: .mlp).save(to: path)
      let bytes = try Data(contentsOf: URL(filePath: path))
      for length in [0, 5, 8, 100, bytes.count - 4] {
        try bytes.prefix(length).write(to: URL(filePath: path))
        #expect(throws: FileError.self) { try Model.open(path) }
      }
    }
  }

  @Test func tensorsOfEveryTypeComeBackAsTheyWere() throws {
    try withPath { path in
      let file = SafeTensors(
        metadata: ["a": "ü \"b\""],
        tensors: [
          ("bytes", try Tensor([UInt8](0..<3))), ("floats", try Tensor([Float.pi, -.infinity], shape: [1, 2])),
          ("doubles", try Tensor([Double.pi])), ("integers", try Tensor([Int32.min, 7])),
          ("none", try Tensor([Float]())),
        ])
      try file.write(to: path)
      let read = try SafeTensors(contentsOf: path)
      #expect(read.metadata == file.metadata)
      #expect(read["bytes"]?.elements(as: UInt8.self) == [0, 1, 2])
      #expect(read["floats"]?.elements(as: Float.self) == [.pi, -.infinity])
      #expect(read["floats"]?.shape == [1, 2])
      #expect(read["doubles"]?.elements(as: Double.self) == [.pi])
      #expect(read["integers"]?.elements(as: Int32.self) == [.min, 7])
      #expect(read["none"]?.count == 0)
    }
  }

  @Test func aSummaryCountsTheArticlesNetwork() throws {
    let shape: Shape = [1, 28, 28]
    let model = try Model(
      ModelConfiguration(architecture: Preset.conv.architecture(for: shape), exampleShape: shape, latentDimensions: 20))
    let summary = try model.summary()
    #expect(summary.layers.map(\.text).prefix(3) == ["conv32k3s2", "conv64k3s2", "dense16"])
    #expect(summary.layers[0].shape == [32, 14, 14])
    #expect(summary.layers[0].parameters == 32 * 9 + 32)
    #expect(summary.layers[0].flops == 2 * 32 * 14 * 14 * 9)
    // Two for each weight that an example meets, once in a matrix product.
    #expect(summary.layers[2].shape == [16] && summary.layers[2].flops == 2 * 64 * 7 * 7 * 16)
    #expect(summary.layers[3].text == "dense20" && summary.layers[3].flops == 2 * 16 * 20)
    #expect(summary.layers.reduce(0) { $0 + $1.parameters } == model.parameterCount)
    // Forward and backward of this network come to about 40 million per image.
    #expect((12_000_000...15_000_000).contains(summary.flops))
  }
}

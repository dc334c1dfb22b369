import Networks
import Tensors
import Testing
import VAEngine

@Suite struct LayerTextTests {
  @Test(arguments: [
    "dense16", "dense16:tanh", "gated300", "conv32k3s2", "conv8k5s1p2:none", "convt32k4s2", "convt1k3s1p0:sigmoid",
    "conv1d32k5s2", "conv1d8k3s1p1:tanh", "convt1d4k5s2", "convt1d1k4s2p1:none",
    "res64", "reshape64x7x7", "maxpool2", "avgpool3", "batchnorm", "layernorm", "groupnorm8", "dropout0.25",
  ]) func everyLayerIsReadAndWritten(_ word: String) throws {
    #expect(LayerText.text(try LayerText.parse(word)) == word)
  }

  @Test func whatIsLeftOutHasItsUsualValue() throws {
    #expect(LayerText.text(try LayerText.parse(" conv32,convt8k2  dense3 ")) == "conv32k3s1 convt8k2s1 dense3")
  }

  /// The word that is wrong, in UTF-8 offsets.
  @Test(arguments: [
    ("dense8 dens16", 7..<13), ("conv", 0..<4), ("dense8 conv0k3", 7..<14), ("conv8k0", 0..<7), ("conv8k3k5", 0..<9),
    ("conv8x3", 0..<7), ("conv1d", 0..<6), ("conv1d0k3", 0..<9), ("dense1d4", 0..<8), ("dense-3", 0..<7),
    ("dense99999999999999999999", 0..<25), ("dropout1", 0..<8),
    ("dropoutnan", 0..<10), ("reshape3x4", 0..<10), ("reshape0x4x4", 0..<12), ("batchnorm2", 0..<10),
    ("dense8 dense8:relo", 7..<18), ("dense8:", 0..<7), ("é dense8", 0..<2), ("dense8 dénse8", 7..<14),
    ("conv٣k3", 0..<8), ("dense8 conv8k4000000000", 7..<23), ("conv8k3p9223372036854775807", 0..<27),
    ("convt8k3s4611686018427387904", 0..<28), ("reshape1x1x99999999", 0..<19),
  ]) func aMistakeHasItsPlace(_ text: String, _ span: Range<Int>) {
    do {
      _ = try LayerText.parse(text)
      Issue.record("'\(text)' was read")
    } catch {
      #expect(error.span == span, "\(text): \(error)")
    }
  }

  @Test(arguments: [("conv0k3", "channels"), ("conv8k0", "kernel"), ("convt8k3s0", "stride")])
  func whatMustNotBeZeroIsNamed(_ word: String, _ what: String) {
    let error = #expect(throws: ArchitectureError.self) { try LayerText.parse(word) }
    #expect(error?.reason.contains(what) == true)
  }

  /// Every preset of images takes any image, and gives it back in its shape; that of series: `SeriesTests`.
  @Test(
    arguments: Preset.allCases.filter { $0 != .conv1d },
    [[1, 28, 28], [3, 32, 32], [1, 28, 20], [3, 64, 64], [1, 7, 5], [2, 1, 1]])
  func presetsAdaptToTheData(_ preset: Preset, _ extents: [Int]) throws {
    let shape = Shape(extents)
    for likelihood in [Likelihood.bernoulli, .logistic256] {
      let model = try Model(
        ModelConfiguration(
          architecture: preset.architecture(for: shape), exampleShape: shape, latentDimensions: 2,
          likelihood: likelihood))
      #expect(try model.decode(model.prior(count: 2, seed: 1)).shape == Shape([2] + extents))
    }
  }

  @Test(arguments: [Preset.conv, .burgess, .resnet]) func vectorsAreNoImages(_ preset: Preset) {
    #expect(throws: ArchitectureError.self) { try preset.architecture(for: [7]) }
  }

  @Test func thePresetsAreThoseOfTheirSources() throws {
    func text(_ preset: Preset, _ shape: Shape = [1, 28, 28]) throws -> String {
      let built = try preset.architecture(for: shape)
      return LayerText.text(built.encoder) + " | " + LayerText.text(built.decoder)
    }
    #expect(try text(.mlp) == "dense400 | dense400 dense784")
    #expect(
      try text(.conv)
        == "conv32k3s2 conv64k3s2 dense16 | dense16 dense3136 reshape64x7x7 convt64k3s2 convt32k3s2 convt1k3s1")
    #expect(
      try text(.burgess, [1, 64, 64])
        == "conv32k4s2 conv32k4s2 conv32k4s2 conv32k4s2 dense256 dense256 | "
        + "dense256 dense256 dense512 reshape32x4x4 convt32k4s2 convt32k4s2 convt32k4s2 convt1k4s2")
    #expect(try text(.iwae) == "dense200 dense200 | dense200 dense200 dense784")
    #expect(try Preset.iwae.architecture(for: [784]).activation == .tanh)
    #expect(try text(.gated) == "gated300 gated300 | gated300 gated300 dense784")
    #expect(try Preset.gated.architecture(for: [784]).logVarianceBounds == -6...2)
  }
}

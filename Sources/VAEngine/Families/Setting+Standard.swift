import Text

/// Settings that several families share.
extension Setting {
  /// Weight of the KL, with a schedule from 0: `beta=`, `warmup=`, `cycle=`.
  ///
  /// - Parameter help: Where it weighs another term.
  package static func klWeight(_ value: Double, help: String = "weight of the KL") -> [Setting] {
    [
      Setting(
        "beta", .nonNegative, default: NumberText.single(value), help: help, isLive: true,
        text: { NumberText.single(Double($0.beta.target)) },
        assign: { configuration, value, isLive throws(InvalidSetting) in
          guard case .number(let number) = value else { return }
          configuration.beta = isLive ? .constant(Float(number)) : configuration.beta.ending(at: Float(number))
        }),
      Setting(
        "warmup", .nonNegative, default: "0", help: "epochs over which beta increases from 0", excludes: "cycle",
        text: {
          if case .linear(_, _, let epochs) = $0.beta { NumberText.single(epochs) } else { "0" }
        },
        assign: { configuration, value, _ throws(InvalidSetting) in
          guard case .number(let epochs) = value else { return }
          let target = configuration.beta.target
          if epochs > 0 {
            configuration.beta = .linear(from: 0, to: target, epochs: epochs)
          } else if case .linear = configuration.beta {
            configuration.beta = .constant(target)
          }
        }),
      Setting(
        "cycle", .nonNegative, default: "0",
        help: "period in epochs; beta increases from 0 in the first half of each period", excludes: "warmup",
        text: {
          if case .cyclical(_, _, let period) = $0.beta { NumberText.single(period) } else { "0" }
        },
        assign: { configuration, value, _ throws(InvalidSetting) in
          guard case .number(let period) = value else { return }
          let target = configuration.beta.target
          if period > 0 {
            configuration.beta = .cyclical(from: 0, to: target, period: period)
          } else if case .cyclical = configuration.beta {
            configuration.beta = .constant(target)
          }
        }),
    ]
  }

  /// Nats per dimension that the KL is not pushed below (Kingma et al. 2016, λ).
  static let freeBits = Setting(
    "freebits", .nonNegative, default: "0", help: "free bits: nats per dimension below which the KL is not penalized",
    isLive: true, text: { NumberText.single(Double($0.freeBits)) },
    assign: { configuration, value, _ throws(InvalidSetting) in
      if case .number(let number) = value { configuration.freeBits = Float(number) }
    })

  /// C, in nats, growing from 0 (Burgess et al. 2018): `capacity=`, `growth=`.
  static let capacity: [Setting] = [
    Setting(
      "capacity", .nonNegative, default: "25", help: "final capacity of capacity-vae, in nats", isLive: true,
      text: { NumberText.single(Double($0.capacity.target)) },
      assign: { configuration, value, isLive throws(InvalidSetting) in
        guard case .number(let number) = value else { return }
        configuration.capacity = isLive ? .constant(Float(number)) : configuration.capacity.ending(at: Float(number))
      }),
    Setting(
      "growth", .nonNegative, default: "20", help: "epochs over which the capacity increases from 0",
      text: {
        if case .linear(_, _, let epochs) = $0.capacity { NumberText.single(epochs) } else { "0" }
      },
      assign: { configuration, value, _ throws(InvalidSetting) in
        guard case .number(let epochs) = value else { return }
        configuration.capacity = .linear(from: 0, to: configuration.capacity.target, epochs: epochs)
      }),
  ]

  /// k of the bound of k importance samples.
  static let importanceSamples = Setting(
    "k", .integer(1...10000), default: "5", help: "importance samples of iwae",
    text: { String($0.importanceSamples) },
    assign: { configuration, value, _ throws(InvalidSetting) in
      if case .integer(let k) = value { configuration.importanceSamples = k }
    })

  /// The corruption of inputs: `gaussian:0.3`, `mask:0.25`, `salt:0.1`.
  static let noise = Setting(
    "noise", .text(placeholder: "gaussian:0.3", suggestions: ["gaussian:0.3", "mask:0.25", "salt:0.1"]),
    default: "gaussian:0.3", help: "corruption of the inputs of denoising-vae", text: { $0.noise?.text ?? "" },
    assign: { configuration, value, _ throws(InvalidSetting) in
      guard case .text(let text) = value else { return }
      guard let noise = Noise(text: text) else {
        throw InvalidSetting(expected: "gaussian:σ, mask:fraction or salt:fraction")
      }
      configuration.noise = noise
    })
}

extension Schedule {
  /// The same course to another value.
  func ending(at target: Float) -> Schedule {
    switch self {
    case .constant: .constant(target)
    case .linear(let from, _, let epochs): .linear(from: from, to: target, epochs: epochs)
    case .cyclical(let from, _, let period): .cyclical(from: from, to: target, period: period)
    }
  }
}

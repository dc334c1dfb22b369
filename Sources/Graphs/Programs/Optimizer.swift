/// Update rules, each one SIMD pass over the flat parameters at the end of a training run.
package enum OptimizerKind: String, Hashable, Sendable, CaseIterable, Codable {
  /// Kingma & Ba 2015, algorithm 1, with ε outside the root; weight decay is added to the gradient.
  case adam
  /// Loshchilov & Hutter 2019: decoupled weight decay, not part of the gradient.
  case adamW
  /// Kingma & Ba 2015, algorithm 2.
  case adamax
  /// Hinton's lecture 6e: `v ← ρv + (1 − ρ)g²`, `θ ← θ − lr · g / (√v + ε)`; ρ is `beta2`, PyTorch's α.
  case rmsprop
  /// `m ← μm + g`, `θ ← θ − lr · m` (PyTorch's form).
  case sgd

  /// As PyTorch's: 0.999, but 0.99 for RMSprop, whose first steps have no bias correction: they are lr/√(1 − ρ) long,
  /// 10·lr here.
  package var defaultBeta2: Float { self == .rmsprop ? 0.99 : 0.999 }
}

/// Hyperparameters that an update reads at every run; they may change between runs.
package struct Hyperparameters: Hashable, Sendable, Codable {
  package var learningRate: Float = 1e-3
  package var beta1: Float = 0.9
  /// Decay of the second moment; nil for the update rule's default, `OptimizerKind.defaultBeta2`.
  package var beta2: Float?
  package var epsilon: Float = 1e-8
  package var weightDecay: Float = 0
  package var momentum: Float = 0
  /// Gradients are scaled down to this global norm when theirs is larger.
  package var clipNorm: Float?
  /// The number of completed updates; Adam's t is this plus one.
  package var updateCount: Int = 0

  package init() {}
}

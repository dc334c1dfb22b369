import Tensors

/// The transforms of a dataset, prepared: those that the gathering kernel applies in one pass, and the others.
struct BatchPlan: Sendable {
  enum Step: Sendable {
    case elements(Transform)
    case geometry(Geometry, from: Shape)
    case augmentation(Augmentation, from: Shape)

    /// Whether it writes beside what it reads.
    var needsRoom: Bool { if case .elements = self { false } else { true } }
  }

  /// Of one example, after all transforms.
  let exampleShape: Shape
  /// All resizes and crops of stored examples, combined.
  private(set) var geometry: Geometry?
  /// Shape after `geometry`.
  private(set) var gatheredShape: Shape
  private(set) var scale: Float = 1
  private(set) var offset: Float = 0
  /// Dynamic binarization directly behind, in the same pass.
  private(set) var binarizes = false
  private(set) var rest: [Step] = []
  /// Elements of the largest example between two steps.
  private(set) var widest: Int

  /// Nothing but a scale.
  init(scale: Float, stored: Shape) {
    (exampleShape, gatheredShape, widest, self.scale) = (stored, stored, stored.count, scale)
  }

  /// - Throws: `TransformError` for a transform that does not fit the shape before it.
  init(_ transforms: [Transform], stored: Shape) throws(TransformError) {
    var shape = stored
    (gatheredShape, widest) = (stored, stored.count)
    for transform in transforms {
      let next = try transform.shape(after: shape)
      // A resize averages with weights that sum to 1, so scales and offsets before and after it are one.
      if rest.isEmpty, !binarizes, let affine = transform.affine {
        (scale, offset) = (scale * affine.scale, offset * affine.scale + affine.offset)
      } else if let step = transform.geometry(on: shape) {
        if rest.isEmpty, !binarizes {
          geometry = geometry.map { $0.then(step) } ?? step
          gatheredShape = next
        } else {
          rest.append(.geometry(step, from: shape))
        }
      } else if case .augment(let change) = transform {
        rest.append(.augmentation(change, from: shape))
      } else if rest.isEmpty, !binarizes, transform == .binarizeDynamic, geometry == nil {
        binarizes = true
      } else {
        rest.append(.elements(transform))
      }
      widest = max(widest, next.count)
      shape = next
    }
    exampleShape = shape
  }
}

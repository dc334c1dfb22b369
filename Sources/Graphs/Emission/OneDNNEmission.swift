import CHighway
import COneDNN
import Tensors

/// Matrix products and convolutions by oneDNN, divided among the threads as our own are, each part a serial primitive.
extension Emitter {
  /// The kernel of node `id`, nil when it is not a contraction.
  ///
  /// - Throws: `ProgramError.unsupported` when oneDNN is not installed or has no such primitive.
  func oneDNN(_ id: Int) throws -> Step? {
    let node = ir[id]
    switch node.op {
    case .matmul(let ta, let tb, let epilogue):
      return try oneDNNProduct(id, transposeA: ta, transposeB: tb, epilogue)
    case .convolution(.conv(let g), let epilogue):
      return try oneDNNImages(id, g, ELBO_DNN_FORWARD, x: ir[node.inputs[0]].shape, y: node.shape, epilogue)
    case .convolution(.convInput(let g), let epilogue):
      return try oneDNNImages(id, g, ELBO_DNN_TRANSPOSED, x: node.shape, y: ir[node.inputs[0]].shape, epilogue)
    case .channelsLast(.convWeight(let g)): return try oneDNNWeights(id, g)
    default: return nil
    }
  }

  private func oneDNNProduct(_ id: Int, transposeA: Bool, transposeB: Bool, _ epilogue: Epilogue) throws -> Step {
    let node = ir[id]
    let (m, n) = (node.shape[0], node.shape[1])
    let (a, b) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
    let k = transposeA ? a[0] : a[1]
    return try divided("oneDNN matmul \(m)×\(n)×\(k)", m) { rows in
      let shape = elbo_dnn_matmul_shape(
        m: Int64(rows.count), n: Int64(n), k: Int64(k), lda: Int64(a[1]), ldb: Int64(b[1]), ldc: Int64(n),
        transposeA: transposeA, transposeB: transposeB, hasBias: epilogue.readsBias,
        activation: epilogue.oneDNNActivation)
      var call = elbo_dnn_arguments()
      call.primitive = try primitive(shape, elbo_dnn_matmul)
      call.a = UnsafePointer(address(node.inputs[0]) + (transposeA ? rows.lowerBound : rows.lowerBound * k))
      call.b = UnsafePointer(address(node.inputs[1]))
      call.result = address(id) + rows.lowerBound * n
      return bind(&call, id, epilogue, rows.lowerBound * n..<rows.upperBound * n)
    }
  }

  private func oneDNNImages(
    _ id: Int, _ g: ConvGeometry, _ kind: elbo_dnn_convolution_kind, x: Shape, y: Shape, _ epilogue: Epilogue
  ) throws -> Step {
    let node = ir[id]
    let source = ir[node.inputs[0]].shape
    let (from, to) = (source.droppingFirst.count, node.shape.droppingFirst.count)
    let name = kind == ELBO_DNN_FORWARD ? "conv" : "convInput"
    return try divided("oneDNN \(name) \(source)→\(node.shape)", source[0]) { images in
      let shape = Self.shape(g, kind, images: images.count, x: x, y: y, epilogue)
      var call = elbo_dnn_arguments()
      call.primitive = try primitive(shape, elbo_dnn_convolution)
      call.a = UnsafePointer(address(node.inputs[0]) + images.lowerBound * from)
      call.b = UnsafePointer(address(node.inputs[1]))
      call.result = address(id) + images.lowerBound * to
      return bind(&call, id, epilogue, images.lowerBound * to..<images.upperBound * to)
    }
  }

  /// Each thread's sum over its images, into its part of `[parts, O, I, kh, kw]`.
  private func oneDNNWeights(_ id: Int, _ g: ConvGeometry) throws -> Step {
    let node = ir[id]
    let (x, y) = (ir[node.inputs[0]].shape, ir[node.inputs[1]].shape)
    let size = node.shape.droppingFirst.count
    let parts = try (0..<node.shape[0]).map { thread in
      let images = share(x[0], thread, of: node.shape[0])
      let to = address(id) + thread * size
      guard !images.isEmpty else {
        let zeros = elbo_fill_arguments(destination: to, count: Int64(size), value: 0)
        return bind(elbo_fill, zeros, reads: [], writes: [range(to, size)])
      }
      var call = elbo_dnn_arguments()
      call.primitive = try primitive(
        Self.shape(g, ELBO_DNN_WEIGHTS, images: images.count, x: x, y: y, .none), elbo_dnn_convolution)
      call.a = UnsafePointer(address(node.inputs[0]) + images.lowerBound * x.droppingFirst.count)
      call.b = UnsafePointer(address(node.inputs[1]) + images.lowerBound * y.droppingFirst.count)
      call.result = to
      return bind(&call, id, .none, thread * size..<(thread + 1) * size)
    }
    return Step(name: "oneDNN convWeight \(x)·\(y)", parts: parts)
  }

  /// A convolution of channels-last `x [B, H, W, I]` to `y [B, H', W', O]`.
  private static func shape(
    _ g: ConvGeometry, _ kind: elbo_dnn_convolution_kind, images: Int, x: Shape, y: Shape, _ epilogue: Epilogue
  ) -> elbo_dnn_convolution_shape {
    func pair(_ values: [Int]) -> (Int64, Int64) { (Int64(values[0]), Int64(values[1])) }
    return elbo_dnn_convolution_shape(
      kind: kind, images: Int64(images), inChannels: Int64(x[3]), height: Int64(x[1]), width: Int64(x[2]),
      outChannels: Int64(y[3]), outHeight: Int64(y[1]), outWidth: Int64(y[2]), kernel: pair(g.kernel),
      stride: pair(g.stride), dilation: pair(g.dilation), padBefore: pair(g.padBefore), hasBias: epilogue.readsBias,
      activation: epilogue.oneDNNActivation)
  }

  private func primitive<S>(
    _ shape: S, _ make: (UnsafePointer<S>, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> OpaquePointer?
  ) throws -> OpaquePointer {
    var shape = shape
    var reason: UnsafePointer<CChar>?
    guard let made = make(&shape, &reason) else {
      throw ProgramError.unsupported(reason.map { String(cString: $0) } ?? "oneDNN made no primitive")
    }
    arguments.own { elbo_dnn_destroy(made) }
    return made
  }

  /// A call that computes `elements` of node `id` and reads all of its operands.
  private func bind(
    _ call: inout elbo_dnn_arguments, _ id: Int, _ epilogue: Epilogue, _ elements: Range<Int>
  ) -> Step.Part {
    let inputs = ir[id].inputs
    if epilogue.readsBias { call.bias = UnsafePointer(address(inputs[2])) }
    if epilogue == .gate {
      call.gate = UnsafePointer(address(inputs[2]) + elements.lowerBound)
      (call.gateRows, call.gateColumns, call.gateStride) = (1, Int64(elements.count), Int64(elements.count))
    }
    return bind(
      elbo_dnn_run, call, reads: inputs.map(whole), writes: [range(address(id) + elements.lowerBound, elements.count)])
  }
}

extension Epilogue {
  fileprivate var oneDNNActivation: elbo_dnn_activation {
    switch self {
    case .bias(activation: .relu), .activation(.relu): ELBO_DNN_RELU
    case .bias(activation: .tanh), .activation(.tanh): ELBO_DNN_TANH
    case .bias(activation: .sigmoid), .activation(.sigmoid): ELBO_DNN_SIGMOID
    default: ELBO_DNN_NONE
    }
  }
}

import Tensors

/// What a node computes from its inputs. Layers and objectives are compositions of these; each has one shape rule, one
/// gradient rule, one Double reference and one way to be compiled.
package enum Op: Hashable, Sendable {
  // Leaves.
  /// An input, written before every run.
  case input(name: String)
  /// A tensor of the model's `ParameterStore`.
  case parameter(name: String)
  /// A constant scalar.
  case constant(Float)
  /// Numbers that are part of the program: a mask, a table of weights.
  case array(ConstantArray)
  /// A draw, new at every step; equal names draw equal numbers.
  case random(Distribution, stream: String, rows: RowLayout?)

  // Elementwise; operands have the result's shape.
  case unary(UnaryOp)
  case binary(BinaryOp)
  /// `condition ≠ 0 ? a : b`.
  case select

  // Movement.
  /// NumPy broadcasting to the node's shape; the input has the same rank.
  case broadcast
  case reshape
  /// Axis i of the result is axis `permutation[i]` of the input.
  case transpose([Int])
  /// The node's shape, from `starts`.
  case slice(starts: [Int])
  /// The input inside a larger shape, filled with `value`.
  case pad(before: [Int], value: Float)
  case concat(axis: Int)
  /// Rows of a table `[N, D]` by the indices in a vector `[B]` → `[B, D]`.
  case gatherRows
  /// Adds rows `[B, D]` at the indices `[B]` into zeros of the node's shape `[N, D]`.
  case scatterRows
  /// Identity whose gradient is zero.
  case stopGradient
  /// The mean over the processes that share a batch, each weighted by its rows; the identity in one process. Numbered, so
  /// that all processes exchange the same arrays in the same order.
  case allReduce(number: Int)

  // Reductions over axes, which stay with extent 1.
  case reduce(Reduction, axes: [Int])

  /// The index of the first largest element along the last axis, which stays with extent 1; a NaN counts as largest.
  case argMax

  // Contractions.
  /// `op(A) · op(B)` of matrices, where op transposes when asked.
  case matmul(transposeA: Bool, transposeB: Bool)
  /// The same of B pairs of matrices: `[B, M, K] · [B, K, N]` → `[B, M, N]`.
  case batchedMatmul(transposeA: Bool, transposeB: Bool)
  /// Cross-correlation: `x [B, I, H, W]`, `w [O, I, kh, kw]` → `[B, O, H', W']`.
  case conv(ConvGeometry)
  /// The adjoint of `conv` in x, which is transposed convolution: `(y [B, O, H', W'], w [O, I, kh, kw])` → `[B, I, H, W]`.
  case convInput(ConvGeometry)
  /// The adjoint of `conv` in w: `(x [B, I, H, W], y [B, O, H', W'])` → `[O, I, kh, kw]`.
  case convWeight(ConvGeometry)
  case pool(Pooling, ConvGeometry)
  /// The adjoint of `pool`: `(x, y, gradient of y)` → gradient of x.
  case poolGradient(Pooling, ConvGeometry)
}

package enum Distribution: Hashable, Sendable {
  /// N(0, 1), as `RandomStream` defines it.
  case normal
  /// U[0, 1).
  case uniform

  /// Largest error in ulps: uniform draws are exact; normal ones are a root of a logarithm times a sine or cosine.
  package var ulps: Double { self == .uniform ? 0 : 6 }
}

/// Where the rows of a batch lie in an array `[outer, rows, elements]`, row-major: a draw is keyed by the row that an
/// element has in the global batch, of which a process may have a part.
package struct RowLayout: Hashable, Sendable {
  package let rows: Int
  /// Elements behind each row.
  package let elements: Int
}

/// Numbers of a program; arrays of the same bits are one constant (−0 is not 0, a NaN equals itself).
package struct ConstantArray: Hashable, Sendable {
  package let values: [Float]

  package init(_ values: [Float]) { self.values = values }

  package static func == (a: ConstantArray, b: ConstantArray) -> Bool {
    a.values.elementsEqual(b.values) { $0.bitPattern == $1.bitPattern }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(values.count)
    for value in values.prefix(64) { hasher.combine(value.bitPattern) }
  }
}

package enum Reduction: Hashable, Sendable { case sum, max }

package enum Pooling: Hashable, Sendable {
  case max
  /// Divides by the number of elements under the window that lie inside the image.
  case average
}

/// Kernel, strides, dilations and zero padding of a convolution or pooling; heights first.
package struct ConvGeometry: Hashable, Sendable {
  package var kernel: [Int]
  package var stride: [Int]
  package var dilation: [Int]
  /// Zeros before and after each axis: `[top, left]`, `[bottom, right]`.
  package var padBefore: [Int]
  package var padAfter: [Int]

  package init(
    kernel: [Int], stride: [Int] = [1, 1], dilation: [Int] = [1, 1], padBefore: [Int] = [0, 0],
    padAfter: [Int]? = nil
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padBefore = padBefore
    self.padAfter = padAfter ?? padBefore
  }

  /// A square kernel with the same stride and padding on both axes.
  package init(kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.init(kernel: [kernel, kernel], stride: [stride, stride], padBefore: [padding, padding])
  }

  /// `floor((n + pads − dilation·(kernel − 1) − 1) / stride) + 1`, nil when the kernel does not fit.
  package func outputExtent(_ extent: Int, axis: Int) -> Int? {
    let span = extent + padBefore[axis] + padAfter[axis] - dilation[axis] * (kernel[axis] - 1) - 1
    return span < 0 ? nil : span / stride[axis] + 1
  }

  /// The output extent of a transposed convolution: `(n − 1)·stride − pads + dilation·(kernel − 1) + outputPadding +
  /// 1`.
  package func transposedExtent(_ extent: Int, axis: Int, outputPadding: Int) -> Int {
    (extent - 1) * stride[axis] - padBefore[axis] - padAfter[axis] + dilation[axis] * (kernel[axis] - 1)
      + outputPadding + 1
  }

  var isValid: Bool {
    [kernel, stride, dilation, padBefore, padAfter].allSatisfy { $0.count == 2 }
      && (kernel + stride + dilation).allSatisfy { $0 > 0 } && (padBefore + padAfter).allSatisfy { $0 >= 0 }
  }
}
